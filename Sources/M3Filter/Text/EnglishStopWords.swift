/// A small set of English words, in lower case as they stand.
package struct EnglishStopWords: Sendable {
  private let words: Set<UInt64>

  /// The eight words of which Gopher wants two in an English text.
  package static let gopher = EnglishStopWords(["the", "be", "to", "of", "and", "that", "have", "with"])

  /// - Parameter words: of at most seven letters of ASCII.
  package init(_ words: [String]) {
    self.words = Set(words.map { word in word.utf8.reduce(0) { $0 << 8 | UInt64($1) } })
  }

  @inline(__always)
  package func contains(_ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard word.count <= 7 else { return false }
    return words.contains(word.reduce(0) { $0 << 8 | UInt64($1) })
  }
}
