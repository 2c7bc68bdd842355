/// How many texts fail the rules of a subject, and how.
struct SubjectCounts: Sendable {
  /// Texts that no rule refuses.
  private(set) var kept = 0
  /// Of each rule: texts that fail it.
  private(set) var failing: [Int]
  /// Those of them that fail no other one.
  private(set) var failingAlone: [Int]
  /// Those of them that fail no earlier one.
  private(set) var failingFirst: [Int]

  init(ruleCount: Int) {
    failing = [Int](repeating: 0, count: ruleCount)
    failingAlone = failing
    failingFirst = failing
  }

  mutating func add(_ values: [Double?], _ rules: [FilterRule]) {
    precondition(values.count == rules.count, "a value a rule")
    var (first, count): (Int?, Int) = (nil, 0)
    for (index, value) in values.enumerated() {
      guard let value, !rules[index].bound.holds(value) else { continue }
      failing[index] += 1
      count += 1
      if first == nil { first = index }
    }
    guard let first else {
      kept += 1
      return
    }
    failingFirst[first] += 1
    if count == 1 { failingAlone[first] += 1 }
  }
}
