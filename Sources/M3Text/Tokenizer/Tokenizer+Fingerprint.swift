internal import M3Bytes

extension Tokenizer {
  /// XXH3-64 over what decides the ids of byte-level BPE.
  static func byteLevelFingerprint(of definition: TokenizerDefinition, _ vocabulary: Vocabulary) -> UInt64 {
    var writer = ByteWriter(capacity: 16 * (definition.tokens.count + definition.merges.count))
    writer.append(counted: definition.model.utf8)
    writer.append(counted: definition.preTokenizer.utf8)
    writer.integer(UInt32(definition.tokens.count))
    for (token, kind) in zip(definition.tokens, vocabulary.kinds) {
      writer.append(counted: token)
      writer.integer(kind.rawValue)
    }
    writer.integer(UInt32(definition.merges.count))
    for merge in definition.merges { writer.append(counted: merge) }
    return XXH3.hash64(writer.bytes)
  }

  /// XXH3-64 over what decides the ids of SentencePiece's models.
  static func sentencePieceFingerprint(of checked: SentencePieceDefinition) -> UInt64 {
    let definition = checked.definition
    var writer = ByteWriter(capacity: 24 * definition.tokens.count)
    writer.append(counted: definition.model.utf8)
    writer.integer(UInt8(checked.addsSpacePrefix ? 1 : 0))
    writer.integer(UInt8(checked.removesExtraWhitespace ? 1 : 0))
    writer.integer(UInt32(bitPattern: checked.unknownCharacters.unknown))
    writer.append(counted: definition.precompiledCharacterMap)
    writer.integer(UInt32(definition.tokens.count))
    for (id, token) in definition.tokens.enumerated() {
      writer.append(counted: token)
      writer.integer(checked.vocabulary.kinds[id].rawValue)
      writer.integer(definition.scores[id].bitPattern)
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
