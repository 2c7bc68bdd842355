/// The language that most of a text is written in.
public struct IdentifiedLanguage: Sendable, Equatable {
  /// The language's tag (BCP 47): `en`, `es`, `zh` for Chinese in simplified characters, `zh-Hant` in traditional ones;
  /// `und` where none was recognized.
  public var code: String
  /// The share of the text's letters, by bytes of UTF-8, that are in this language: 0 ... 1, in hundredths.
  public var score: Double
  /// Whether the language is clearly ahead of the next. A text of a word or two seldom is.
  public var isReliable: Bool

  public init(code: String, score: Double, isReliable: Bool) {
    self.code = code
    self.score = score
    self.isReliable = isReliable
  }

  /// No language: no letters, or none of a known language.
  public static let undetermined = IdentifiedLanguage(code: "und", score: 0, isReliable: false)

  /// The language without its script: `zh` for `zh-Hant`.
  public var base: String {
    String(code.prefix { $0 != "-" })
  }
}
