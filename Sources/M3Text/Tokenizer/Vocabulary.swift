internal import M3Bytes

/// The entries of a vocabulary by id and by spelling.
struct Vocabulary: Sendable {
  /// The bytes that each id stands for; a token that is no ordinary text has its spelling.
  let bytes: [[UInt8]]
  /// Ids by the file's spelling.
  let ids: [[UInt8]: Int32]
  /// What each token is, by id.
  let kinds: [TokenKind]

  /// - Parameter decode: the bytes that an entry stands for, from its id.
  /// - Throws: ``FormatError``, with the name and the index of the entry in `field`, for entries that
  ///   are empty or stand twice, too many of them, and what `decode` throws.
  init(
    _ definition: TokenizerDefinition, kinds: [TokenKind], decode: (Int) throws(FormatError) -> [UInt8]
  ) throws(FormatError) {
    ids = try Self.index(definition.tokens)
    self.kinds = kinds
    var bytes: [[UInt8]] = []
    bytes.reserveCapacity(definition.tokens.count)
    for id in definition.tokens.indices { bytes.append(try decode(id)) }
    self.bytes = bytes
  }

  /// The most bytes of a token of a kind, at least 1.
  func maximumByteCount(of kind: TokenKind) -> Int {
    bytes.indices.reduce(1) { kinds[$1] == kind ? max($0, bytes[$1].count) : $0 }
  }

  private static func index(_ tokens: [[UInt8]]) throws(FormatError) -> [[UInt8]: Int32] {
    guard tokens.count <= PairTable.maximumIDCount else {
      throw FormatError(
        .outOfRange(found: "\(tokens.count) tokens", allowed: "up to \(PairTable.maximumIDCount)"),
        field: TokenizerField.tokens)
    }
    var ids: [[UInt8]: Int32] = [:]
    ids.reserveCapacity(tokens.count)
    for (index, token) in tokens.enumerated() {
      let field = "\(TokenizerField.tokens)[\(index)]"
      guard !token.isEmpty else { throw FormatError(.malformed("an empty token"), field: field) }
      guard ids.updateValue(Int32(index), forKey: token) == nil else {
        throw FormatError(.duplicate("token \(TokenizerField.quoted(token))"), field: field)
      }
    }
    return ids
  }
}
