import M3JSON
import M3TestSupport
import M3Text
import M3Weights

extension Fixtures {
  static let tinyModel = path("tiny/tiny-llama.gguf")

  /// Three control tokens, 256 bytes, 41 merges.
  static func tinyDefinition() throws -> TokenizerDefinition {
    try TokenizerDefinition(GGUFFile(path: tinyModel))
  }

  static func tokenizerGolden(_ name: String) throws -> JSONFields { try golden("tokenizer/\(name).golden.json") }
}
