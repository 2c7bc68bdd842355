internal import M3Bytes

/// The pieces of a definition that text can become, checked, in the alphabet of their characters.
struct PieceSet {
  /// An entry that text can become.
  struct Piece {
    var id: Int32
    /// Numbers of its characters, one at least.
    var characters: [Int32]
  }

  private(set) var alphabet = PieceAlphabet()
  /// Ordinary pieces, user-defined ones, and those that are out of use.
  private(set) var pieces: [Piece] = []
  private(set) var characterCount = 0

  /// The most bytes of a piece. The reference's own trainer makes pieces of up to 16 characters.
  static let maximumByteCount = 1024

  /// - Throws: ``FormatError`` with the index of the entry, for one that is not UTF-8 or too long.
  init(_ definition: TokenizerDefinition, kinds: [TokenKind]) throws(FormatError) {
    _ = alphabet.insert(PieceAlphabet.space)
    for (id, token) in definition.tokens.enumerated() where kinds[id].isPiece {
      let field = "\(TokenizerField.tokens)[\(id)]"
      guard token.count <= Self.maximumByteCount else {
        throw FormatError(
          .outOfRange(found: "\(token.count) bytes", allowed: "up to \(Self.maximumByteCount)"), field: field)
      }
      guard let values = Self.codePoints(of: token, isUserDefined: kinds[id] == .userDefined) else {
        throw FormatError(.malformed("\(TokenizerField.quoted(token)) is not UTF-8"), field: field)
      }
      pieces.append(Piece(id: Int32(id), characters: values.map { alphabet.insert($0) }))
      characterCount += values.count
    }
  }

  /// The code points of an entry, nil if it is not UTF-8.
  ///
  /// User-defined entries are found in normalised text; converters write the space in them as it is.
  private static func codePoints(of token: [UInt8], isUserDefined: Bool) -> [UInt32]? {
    token.withUnsafeBufferPointer { utf8 in
      var values: [UInt32] = []
      var index = 0
      while index < utf8.count {
        let scalar = utf8.scalar(at: index)
        guard scalar.value != DecodedScalar.invalid else { return nil }
        values.append(isUserDefined && scalar.value == 0x20 ? PieceAlphabet.space : scalar.value)
        index += scalar.byteCount
      }
      return values
    }
  }

  private static func tooMany(_ things: String, limit: Int) -> FormatError {
    FormatError(.outOfRange(found: "more \(things)", allowed: "up to \(limit)"), field: TokenizerField.tokens)
  }

  /// The pairs of characters that stand side by side in a piece.
  /// - Throws: ``FormatError`` for too many of them.
  func neighbours() throws(FormatError) -> PairTable {
    let limit = PairTable.maximumCount
    var all = PairTable(capacity: min(characterCount, limit))
    var distinct: [(left: Int32, right: Int32)] = []
    for piece in pieces {
      for (left, right) in zip(piece.characters, piece.characters.dropFirst()) where all.append(left, right) {
        distinct.append((left, right))
        guard distinct.count < limit else { throw Self.tooMany("pairs of characters", limit: limit) }
      }
    }
    // A smaller table is faster.
    var pairs = PairTable(capacity: distinct.count)
    for (left, right) in distinct { _ = pairs.append(left, right) }
    return pairs
  }

  /// A tree of the user-defined pieces, nil if there are none.
  func userDefined(_ kinds: [TokenKind]) throws(FormatError) -> PieceTrie? {
    kinds.contains(.userDefined) ? try trie { kinds[Int($0)] == .userDefined } : nil
  }

  /// A tree of some of the pieces.
  /// - Throws: ``FormatError`` with the index of an entry that is another one's characters again, or for too many nodes.
  func trie(where isIncluded: (Int32) -> Bool) throws(FormatError) -> PieceTrie {
    let included = pieces.filter { isIncluded($0.id) }
    let limit = PieceTrie.maximumNodeCount
    var trie = PieceTrie(capacity: min(included.reduce(1) { $0 + $1.characters.count }, limit))
    for piece in included {
      guard trie.nodeCount + piece.characters.count <= limit else {
        throw Self.tooMany("beginnings of tokens", limit: limit)
      }
      guard trie.insert(piece.characters, piece: piece.id) else {
        throw FormatError(
          .duplicate("a token of the same characters"), field: "\(TokenizerField.tokens)[\(piece.id)]")
      }
    }
    return trie
  }
}
