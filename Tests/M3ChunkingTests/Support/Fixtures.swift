import M3TestSupport
import M3Text
import M3Weights

extension Fixtures {
  /// 3 control tokens, 256 bytes, 41 merges: nearly a token a byte.
  static let tiny = Result { try Tokenizer(TokenizerDefinition(GGUFFile(path: path("tiny/tiny-llama.gguf")))) }

  static let real = Result { try Tokenizer(TokenizerDefinition(GGUFFile(path: smollm2 ?? ""))) }

  /// A token a byte, so that bounds can be counted.
  static let bytes = Result {
    try Tokenizer(
      TokenizerDefinition(
        model: "gpt2", preTokenizer: "smollm",
        tokens: ByteAlphabet.scalars.map { Array(String(Character($0)).utf8) }, merges: []))
  }
}
