internal import M3Bytes

/// The pieces of a WordPiece model and the split of one word into them.
///
/// Two tables give the same ids: one from whole words of up to 15 bytes, where most words end, and a tree over the
/// bytes of all pieces, those that begin a word and those that continue one.
struct WordPieceVocabulary: Sendable {
  /// The piece of a word that is not made of pieces.
  let unknown: Int32
  /// Words of more characters are unknown.
  let maximumCharacterCount: Int
  private let words: WordTable
  private let trie: PieceTrie
  /// Where pieces that continue a word begin in the tree, without their prefix.
  private let continuation: Int32
  /// The piece of each word of one ASCII character.
  private let asciiPieces: [Int32]

  /// Leads to ``continuation`` in the tree; no byte.
  private static let continues: Int32 = 256

  /// - Parameter pieces: by id; none stands twice.
  /// - Throws: `FormatError` `outOfRange` for more pieces than the tree can hold.
  init(
    pieces: [[UInt8]], prefix: [UInt8], unknown: Int32, maximumCharacterCount: Int
  ) throws(FormatError) {
    // A piece with the prefix is among both.
    let beginning = Array(zip(pieces, Int32(0)...)).filter { !$0.0.isEmpty }
    let continuing = beginning.filter { $0.0.count > prefix.count && $0.0.starts(with: prefix) }
      .map { (Array($0.0.dropFirst(prefix.count)), $0.1) }
    let nodeCount = 2 + Self.distinctPrefixCount(beginning.map(\.0)) + Self.distinctPrefixCount(continuing.map(\.0))
    guard nodeCount <= PieceTrie.maximumNodeCount else {
      throw FormatError(
        .outOfRange(
          found: "\(nodeCount) distinct beginnings of pieces", allowed: "at most \(PieceTrie.maximumNodeCount)"),
        field: "tokenizer.model.vocab")
    }

    var trie = PieceTrie(capacity: nodeCount)
    _ = trie.insert([Self.continues], piece: PieceTrie.none)
    for (piece, id) in beginning { _ = trie.insert(piece.map(Int32.init), piece: id) }
    for (piece, id) in continuing { _ = trie.insert([Self.continues] + piece.map(Int32.init), piece: id) }
    var words = WordTable(count: pieces.count)
    for (piece, id) in beginning where piece.count <= WordTable.maximumByteCount {
      piece.withUnsafeBufferPointer { words.insert(WordTable.Key($0, 0, $0.count), id: id) }
    }
    self.unknown = unknown
    self.maximumCharacterCount = maximumCharacterCount
    self.words = words
    self.trie = trie
    continuation = trie.child(of: PieceTrie.root, Self.continues)
    asciiPieces = (Int32(0)..<128).map { byte in
      let id = trie.piece(of: [byte])
      return id == PieceTrie.none || maximumCharacterCount == 0 ? unknown : id
    }
  }

  /// How many distinct beginnings texts have, each whole text among them.
  private static func distinctPrefixCount(_ texts: [[UInt8]]) -> Int {
    var count = 0
    var last: [UInt8] = []
    for text in texts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      count += text.count - zip(last, text).prefix { $0 == $1 }.count
      last = text
    }
    return count
  }

  /// The piece of a word of one ASCII character.
  @inline(__always)
  func piece(ofByte byte: UInt8) -> Int32 { asciiPieces[Int(byte)] }

  /// The piece that is a whole word, or nil.
  /// - Parameter key: of a word of at most ``maximumCharacterCount`` characters.
  @inline(__always)
  func piece(ofWord key: WordTable.Key) -> Int32? { words.id(of: key) }

  /// Adds a word's pieces: each time the longest that stands next, or the unknown piece alone where there is none.
  func append(word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if word.count <= WordTable.maximumByteCount, let id = words.id(of: WordTable.Key(word, 0, word.count)) {
      ids.append(id)
      return
    }
    let count = ids.count
    var start = 0
    while start < word.count {
      let root = start == 0 ? PieceTrie.root : continuation
      guard let match = trie.longestMatch(ofBytes: word, from: start, under: root) else {
        ids.removeSubrange(count...)
        ids.append(unknown)
        return
      }
      ids.append(match.piece)
      start = match.end
    }
  }
}

extension PieceTrie {
  /// The longest piece that stands at `start` in a text, in a tree over bytes, and where it ends.
  /// - Parameter root: the node to begin at.
  @inline(__always)
  func longestMatch(
    ofBytes bytes: UnsafeBufferPointer<UInt8>, from start: Int, under root: Int32
  ) -> (piece: Int32, end: Int)? {
    var longest: (piece: Int32, end: Int)?
    var node = root
    var index = start
    while index < bytes.count {
      node = child(of: node, Int32(bytes[index]))
      if node == Self.none { break }
      index += 1
      if piece(at: node) != Self.none { longest = (piece(at: node), index) }
    }
    return longest
  }
}
