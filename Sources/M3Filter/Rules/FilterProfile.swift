public import M3JSON

/// A set of rules under one name, as one tool or one paper has them.
public protocol FilterProfile: Sendable {
  /// The name by which it is chosen, with its source: `gopher-quality@datatrove`.
  var name: String { get }
  /// The version of the source whose decisions these are: `0.10.1`; of our own profiles a number that grows with them.
  var version: String { get }
  /// In the order in which the source applies them. Thresholds may be changed; the rules themselves may not.
  var rules: [FilterRule] { get set }

  /// What decides the values besides the version: words and languages that it was given, libraries that it asks.
  var parameters: JSONObject { get }

  /// Measures a text, rule by rule in the order of ``rules``; one that does not apply to the text is left out.
  ///
  /// - Parameter visit: given a rule's index and the text's value; false ends the measuring.
  func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool)
}

/// Why a text was refused.
public struct Rejection: Sendable, Equatable {
  /// The profile's name.
  public var profile: String
  public var rule: FilterRule
  public var value: Double

  public init(profile: String, rule: FilterRule, value: Double) {
    self.profile = profile
    self.rule = rule
    self.value = value
  }
}

extension FilterProfile {
  public var parameters: JSONObject { [:] }

  /// The first rule that a text fails; nil where it is kept.
  public func rejection(of text: FilterText) -> Rejection? {
    var rejection: Rejection?
    measure(text) { index, value in
      if rules[index].bound.holds(value) { return true }
      rejection = Rejection(profile: name, rule: rules[index], value: value)
      return false
    }
    return rejection
  }

  /// The text's value for each rule; nil for those that do not apply to it.
  public func values(of text: FilterText) -> [Double?] {
    var values = [Double?](repeating: nil, count: rules.count)
    measure(text) { index, value in
      values[index] = value
      return true
    }
    return values
  }
}
