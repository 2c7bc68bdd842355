/// A language that ``LanguageIdentifier`` can find.
public struct IdentifiableLanguage: Sendable, Equatable {
  /// Its tag, as in ``IdentifiedLanguage/code``.
  public let code: String
  /// CLD2's English name for it: `SPANISH`, `ChineseT`.
  public let name: String
}
