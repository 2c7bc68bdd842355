#if canImport(Glibc)
  import Glibc
#endif

/// Tokens that are found in a text by their spelling, before it is normalized.
struct AddedTokens: Sendable {
  private let isEmpty: Bool
  /// Over the bytes of the spellings; ids take the place of pieces.
  private var trie: PieceTrie
  /// Which bytes begin a token.
  private var beginnings = [Bool](repeating: false, count: 256)
  /// The byte with which every token begins, if it is one.
  private let onlyBeginning: UInt8?

  init(_ tokens: [WordPieceDefinition.AddedToken]) {
    isEmpty = tokens.isEmpty
    trie = PieceTrie(capacity: tokens.reduce(0) { $0 + $1.content.count })
    for token in tokens {
      _ = trie.insert(token.content.map(Int32.init), piece: token.id)
      if let first = token.content.first { beginnings[Int(first)] = true }
    }
    onlyBeginning = Set(tokens.compactMap(\.content.first)).count == 1 ? tokens[0].content[0] : nil
  }

  /// The first token from `start` on, the longest of those that begin there, or nil.
  func next(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> (range: Range<Int>, id: Int32)? {
    if isEmpty { return nil }
    var index = start
    while let beginning = nextBeginning(in: utf8, from: index) {
      if let match = trie.longestMatch(ofBytes: utf8, from: beginning, under: PieceTrie.root) {
        return (beginning..<match.end, match.piece)
      }
      index = beginning + 1
    }
    return nil
  }

  private func nextBeginning(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    guard let base = utf8.baseAddress, start < utf8.count else { return nil }
    guard let onlyBeginning else { return utf8[start...].firstIndex { beginnings[Int($0)] } }
    return memchr(base + start, Int32(onlyBeginning), utf8.count - start).map {
      UnsafeRawPointer($0) - UnsafeRawPointer(base)
    }
  }
}
