import M3Filter
import Testing

/// What a profile says of a text, by the names of its settings.
struct Measured {
  let rules: [FilterRule]
  let values: [Double?]

  init(_ text: String, by profile: some FilterProfile) {
    rules = profile.rules
    values = profile.values(of: FilterText(text))
  }

  /// Nil where the rule does not apply to the text.
  subscript(_ setting: String) -> Double? {
    rules.firstIndex { $0.setting == setting }.flatMap { values[$0] }
  }

  func holds(_ setting: String) -> Bool? {
    guard let index = rules.firstIndex(where: { $0.setting == setting }), let value = values[index]
    else { return nil }
    return rules[index].bound.holds(value)
  }
}

/// A text on one side of one bound.
struct BoundCase: Sendable, CustomTestStringConvertible {
  let setting: String
  let value: Double
  let isKept: Bool
  let text: String

  init(_ setting: String, _ value: Double, kept isKept: Bool, _ text: String) {
    self.setting = setting
    self.value = value
    self.isKept = isKept
    self.text = text
  }

  var testDescription: String { "\(setting) \(value)" }
}
