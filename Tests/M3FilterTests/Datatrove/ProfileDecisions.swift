import M3Filter

extension FilterProfile {
  /// The reason for which a text is refused; nil where it is kept.
  func reason(_ text: String) -> String? {
    rejection(of: FilterText(text))?.rule.reason
  }

  /// A text's value for the rule of a reason.
  func value(_ reason: String, of text: String) -> Double? {
    guard let index = rules.firstIndex(where: { $0.reason == reason }) else { return nil }
    return values(of: FilterText(text))[index]
  }
}
