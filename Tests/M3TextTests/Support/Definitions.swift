import M3Text

/// Small vocabularies.
enum Definitions {
  /// All 256 bytes by value, then `tokens`, all of the normal type.
  static func bytes(adding tokens: [String] = [], merges: [String] = []) -> TokenizerDefinition {
    TokenizerDefinition(
      model: "gpt2", preTokenizer: "smollm",
      tokens: ByteAlphabet.scalars.map { Array(String(Character($0)).utf8) } + tokens.map { Array($0.utf8) },
      merges: merges.map { Array($0.utf8) })
  }
}
