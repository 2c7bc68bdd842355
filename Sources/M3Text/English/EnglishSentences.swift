/// Splits English text into sentences as spaCy 3.8's rule-based sentencizer does: a sentence begins at the first token
/// behind a mark that ends sentences which is not itself punctuation.
public struct EnglishSentences: Sendable {
  private let characters = EnglishCharacters.shared

  public init() {}

  /// How many sentences the tokens make: at least one.
  ///
  /// - Parameter utf8: the text of which ``EnglishWords`` has made the tokens.
  public func count(of tokens: ArraySlice<EnglishToken>, in utf8: UnsafeBufferPointer<UInt8>) -> Int {
    var count = 1
    begin(tokens, in: utf8) { _ in count += 1 }
    return count
  }

  /// The sentences' ranges of bytes: each up to the end of its last token, the last up to the end of the text, so that
  /// they cover it. At least one.
  public func ranges(of tokens: [EnglishToken], in utf8: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    begin(tokens[...], in: utf8) { token in
      let end = Int(tokens[token - 1].end)
      ranges.append(start..<end)
      start = end
    }
    return ranges + [start..<utf8.count]
  }

  /// Visits the index of each token that begins a sentence, but for the first.
  @inline(__always)
  private func begin(
    _ tokens: ArraySlice<EnglishToken>, in utf8: UnsafeBufferPointer<UInt8>, _ visit: (Int) -> Void
  ) {
    var hasEnded = false
    for index in tokens.indices {
      let token = tokens[index]
      let byte = utf8[Int(token.start)]
      if byte | 0x20 &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: ",") && token.byteCount == 1 {
        guard hasEnded, byte != UInt8(ascii: ",") else { continue }
        visit(index)
        hasEnded = false
      } else if endsSentence(token, utf8) {
        hasEnded = true
      } else if hasEnded, !isPunctuation(token, utf8) {
        visit(index)
        hasEnded = false
      }
    }
  }

  private func endsSentence(_ token: EnglishToken, _ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    let scalar = utf8.scalar(at: Int(token.start))
    return scalar.byteCount == token.byteCount && characters[scalar.value].contains(.sentenceEnd)
  }

  private func isPunctuation(_ token: EnglishToken, _ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    var index = Int(token.start)
    while index < token.end {
      let scalar = utf8.scalar(at: index)
      guard characters[scalar.value].contains(.punctuation) else { return false }
      index += scalar.byteCount
    }
    return true
  }
}
