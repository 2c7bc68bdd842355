import M3Filter

/// Rules on the numbers that a text writes, one a rule; `-` where the rule does not apply.
struct NumbersProfile: FilterProfile {
  var name = "numbers@test"
  var version = "1"
  var rules: [FilterRule]

  func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let words = String(decoding: text.bytes, as: UTF8.self).split(separator: " ")
    for (rule, word) in words.enumerated() where word != "-" {
      if !visit(rule, Double(word)!) { return }
    }
  }

  /// One rule of each relation, all at ½.
  static let fourRelations = NumbersProfile(rules: [
    FilterRule(reason: "a", setting: "min_a", .atLeast(0.5)), FilterRule(reason: "b", setting: "above_b", .above(0.5)),
    FilterRule(reason: "c", setting: "max_c", .atMost(0.5)), FilterRule(reason: "d", setting: "below_d", .below(0.5)),
  ])
}
