public import M3JSON
import M3Language

/// Keeps texts of some languages, as Compact Language Detector 2 identifies them.
public struct LanguageProfile: FilterProfile {
  public let name = "language"
  public let version = "2"
  public var rules: [FilterRule] = [
    // FineWeb's bound.
    FilterRule(reason: "language", setting: "min_language_score", .atLeast(0.65))
  ]

  private let languages: Set<String>

  /// - Parameter languages: their tags: `en`, `es`. `zh` is Chinese in any characters; `zh-Hant` only in traditional
  ///   ones.
  public init(languages: Set<String>) {
    self.languages = languages
  }

  public var parameters: JSONObject {
    [
      "cld2": .string(LanguageIdentifier.version), "languages": .array(languages.sorted().map { .string($0) }),
    ]
  }

  /// The value is the language's share of the text's letters; 0 where it is none of the languages.
  public func measure(_ text: FilterText, _ visit: (_ rule: Int, _ value: Double) -> Bool) {
    let language = text.view(TextLanguage.self).language
    let isWanted = languages.contains(language.code) || languages.contains(language.base)
    _ = visit(0, isWanted ? language.score : 0)
  }
}
