import M3Text

/// The words of a text as datatrove splits English: spaCy's tokens but for white space.
final class DatatroveWords: FilterView {
  private let text: FilterText
  /// All tokens, those of white space as well.
  let tokens: [EnglishToken]
  /// How many of them are words.
  let count: Int

  init(_ text: FilterText) {
    self.text = text
    var words = EnglishWords()
    words.split(text.bytes)
    tokens = words.tokens
    count = tokens.reduce(0) { $1.isSpace ? $0 : $0 + 1 }
  }

  /// The words' kinds and lengths, counted.
  private(set) lazy var statistics = text.bytes.withUnsafeBufferPointer { WordStatistics(tokens, in: $0) }

  /// The words' hashes and lengths.
  private(set) lazy var hashes = text.bytes.withUnsafeBufferPointer { WordHashes(tokens, count: count, in: $0) }
}
