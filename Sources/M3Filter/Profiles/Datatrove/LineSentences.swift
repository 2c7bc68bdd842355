import M3Text

/// Counts the sentences of a text's lines, one line after another.
struct LineSentences {
  private let text: FilterText
  private let sentences = EnglishSentences()
  /// The text's words, once a line needs them.
  private var words: DatatroveWords?
  /// The first token that is not before the last line.
  private var token = 0
  /// For lines that are not as they stand in the text.
  private var ownWords: EnglishWords?

  init(_ text: FilterText) {
    self.text = text
  }

  /// How many sentences a line has; at least one.
  mutating func count(of line: C4Line, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
    if let bytes = line.withoutCitations {
      var words = ownWords ?? EnglishWords()
      defer { ownWords = words }
      words.split(bytes)
      return bytes.withUnsafeBufferPointer { sentences.count(of: words.tokens[...], in: $0) }
    }
    // Lines are parted by white space, so the text's tokens are the line's.
    let words = self.words ?? text.view(DatatroveWords.self)
    self.words = words
    while token < words.tokens.count, words.tokens[token].start < line.range.lowerBound { token += 1 }
    let first = token
    while token < words.tokens.count, words.tokens[token].start < line.range.upperBound { token += 1 }
    return sentences.count(of: words.tokens[first..<token], in: utf8)
  }
}
