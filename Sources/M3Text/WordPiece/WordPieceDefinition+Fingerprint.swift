import M3Bytes

extension WordPieceDefinition {
  /// XXH3-64 over what decides ids, little-endian, each list and text with its count before it.
  var fingerprint: UInt64 {
    var writer = ByteWriter(capacity: 16 * tokenCount)
    writer.append(counted: "WordPiece".utf8)
    for flag in [
      normalization.cleansText, normalization.isolatesIdeographs, normalization.stripsAccents, normalization.lowercases,
    ] {
      writer.integer(UInt8(flag ? 1 : 0))
    }
    writer.append(counted: continuingPrefix)
    writer.integer(UInt32(maximumCharacterCount))
    writer.integer(unknown)
    writer.integer(UInt32(pieces.count))
    for piece in pieces { writer.append(counted: piece) }
    writer.integer(UInt32(addedTokens.count))
    for token in addedTokens.sorted(by: { $0.id < $1.id }) {
      writer.append(counted: token.content)
      writer.integer(token.id)
    }
    for ids in [template.prefix, template.suffix] {
      writer.integer(UInt32(ids.count))
      for id in ids { writer.integer(id) }
    }
    return XXH3.hash64(writer.bytes)
  }
}

extension ByteWriter {
  /// The count as a little-endian integer of 32 bits, and the bytes.
  fileprivate mutating func append(counted bytes: some Collection<UInt8>) {
    integer(UInt32(bytes.count))
    append(bytes)
  }
}
