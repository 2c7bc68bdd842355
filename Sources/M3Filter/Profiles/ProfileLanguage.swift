/// Which texts a profile's rules are made for.
public enum ProfileLanguage: String, Sendable, CaseIterable {
  case english
  case chinese
  /// Any language.
  case any
}
