public import M3JSON

/// A task's books: every record that came in was kept, or rejected for a reason.
public struct StageAccount: Sendable, Equatable {
  public var input = 0
  public var kept = 0
  /// Records by the reason of their rejection.
  public var rejected: [String: Int] = [:]
  /// Other sums that a reader of the report wants: tokens, bytes.
  public var totals: [String: Int] = [:]

  public init() {}

  /// Whether input = kept + rejected.
  public var isBalanced: Bool { input == Self.sum(kept, rejectedSum) }

  /// Records that were rejected, for whatever reason.
  public var rejectedSum: Int { rejected.values.reduce(0, Self.sum) }

  public mutating func reject(_ reason: String) {
    rejected[reason, default: 0] += 1
  }

  public mutating func add(_ other: StageAccount) {
    input = Self.sum(input, other.input)
    kept = Self.sum(kept, other.kept)
    rejected.merge(other.rejected, uniquingKeysWith: Self.sum)
    totals.merge(other.totals, uniquingKeysWith: Self.sum)
  }

  public var json: JSONObject {
    [
      "input": .integer(Int64(input)), "kept": .integer(Int64(kept)), "rejected": Self.json(rejected),
      "totals": Self.json(totals),
    ]
  }

  /// Reads what ``json`` wrote; nil where it is something else, or counts what no run can.
  init?(json: JSONObject) {
    guard let input = Self.count(json["input"]), let kept = Self.count(json["kept"]),
      let rejected = Self.counts(json["rejected"]), let totals = Self.counts(json["totals"])
    else { return nil }
    self.input = input
    self.kept = kept
    self.rejected = rejected
    self.totals = totals
  }

  /// Counts that a damaged marker claims end at the largest number there is, and do not balance.
  private static func sum(_ first: Int, _ second: Int) -> Int {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? .max : sum
  }

  private static func json(_ counts: [String: Int]) -> JSONValue {
    var object = JSONObject()
    for (key, value) in counts { object[key] = .integer(Int64(value)) }
    return .object(object)
  }

  private static func counts(_ value: JSONValue?) -> [String: Int]? {
    guard case .object(let object)? = value else { return nil }
    var result: [String: Int] = [:]
    for (key, value) in object.members {
      guard let count = count(value) else { return nil }
      result[key] = count
    }
    return result
  }

  /// More than any task has.
  private static func count(_ value: JSONValue?) -> Int? {
    guard let count = value?.integerValue, (0...1 << 46).contains(count) else { return nil }
    return Int(count)
  }
}
