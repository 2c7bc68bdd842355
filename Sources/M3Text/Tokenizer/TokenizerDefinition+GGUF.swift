public import M3Bytes
public import M3Weights

extension TokenizerDefinition {
  /// Takes the tokenizer of a model file; nothing in it is checked but the types of the values.
  /// - Throws: ``FormatError`` for a key that is missing or has another type.
  public init(_ file: GGUFFile) throws(FormatError) {
    func token(_ key: String) throws(FormatError) -> Int32? {
      guard let value = try file.integerIfPresent("tokenizer.ggml.\(key)") else { return nil }
      guard let id = Int32(exactly: value) else {
        throw FormatError(
          .outOfRange(found: "\(value)", allowed: "a token id"), field: "tokenizer.ggml.\(key)", file: file.path)
      }
      return id
    }
    self.init(
      model: try file.string("tokenizer.ggml.model"),
      // Files without the key leave it to the reader's guess, which llama.cpp calls `default`; it is refused by name.
      preTokenizer: try file.stringIfPresent("tokenizer.ggml.pre") ?? "default",
      tokens: try file.strings("tokenizer.ggml.tokens"),
      merges: try file.stringsIfPresent("tokenizer.ggml.merges") ?? [],
      types: try file.integersIfPresent(TokenizerField.types) ?? [],
      scores: try file.floatsIfPresent(TokenizerField.scores) ?? [],
      beginningOfSequence: try token("bos_token_id"),
      endOfSequence: try token("eos_token_id"),
      unknown: try token("unknown_token_id"),
      addsSpacePrefix: try file.boolIfPresent(TokenizerField.addsSpacePrefix),
      removesExtraWhitespace: try file.boolIfPresent(TokenizerField.removesExtraWhitespace),
      // Bytes, which writers have given as signed and as unsigned ones.
      precompiledCharacterMap: (try file.integersIfPresent(TokenizerField.characterMap) ?? [])
        .map { UInt8(truncatingIfNeeded: $0) })
  }
}
