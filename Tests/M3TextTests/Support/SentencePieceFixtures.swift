import M3Bytes
import M3JSON
import M3TestSupport
import M3Text

extension Fixtures {
  /// Those of which no rule rewrites characters.
  static let plainSentencePieceModels = ["bpe", "bpe-user-defined", "unigram", "unigram-trimmed"]
  static let sentencePieceModels = plainSentencePieceModels + ["unigram-rewritten"]

  static func sentencePieceGolden(_ name: String) throws -> JSONFields {
    try golden("sentencepiece/\(name).golden.json")
  }

  /// The vocabulary of a model that the `sentencepiece` package trained.
  static func sentencePieceDefinition(_ name: String) throws -> TokenizerDefinition {
    let fields = try sentencePieceGolden(name)
    let tokens: [String] = try fields.required("tokens")
    let scores: [Double] = try fields.required("scores")
    return TokenizerDefinition(
      model: try fields.required("model"), preTokenizer: "default", tokens: tokens.map { Array($0.utf8) },
      types: try fields.required("types"), scores: scores.map { Float($0) },
      addsSpacePrefix: try fields.required("add_space_prefix"),
      removesExtraWhitespace: try fields.required("remove_extra_whitespaces"),
      precompiledCharacterMap: Hexadecimal.bytes(try fields.required("precompiled_charsmap")) ?? [])
  }
}

extension Definitions {
  /// The unknown token (0), a control token (1), then ordinary pieces by score.
  static func pieces(_ pieces: KeyValuePairs<String, Float>, model: String = "llama") -> TokenizerDefinition {
    TokenizerDefinition(
      model: model, preTokenizer: "default", tokens: (["<unk>", "</s>"] + pieces.map(\.key)).map { Array($0.utf8) },
      types: [2, 3] + pieces.map { _ in 1 }, scores: [0, 0] + pieces.map(\.value), addsSpacePrefix: true)
  }

  /// The same with 256 byte tokens behind.
  static func piecesAndBytes(_ pieces: KeyValuePairs<String, Float>, model: String = "llama") -> TokenizerDefinition {
    var definition = Self.pieces(pieces, model: model)
    let digits = Array("0123456789ABCDEF")
    definition.tokens += (0..<256).map { Array("<0x\(digits[$0 / 16])\(digits[$0 % 16])>".utf8) }
    definition.types += [Int32](repeating: 6, count: 256)
    definition.scores += [Float](repeating: 0, count: 256)
    return definition
  }
}
