import M3Bytes
import M3Chunking
import M3JSON
import M3TestSupport
import M3Text
import Testing

/// The properties of all chunks, with tokenizers that put a space before a text, remove white space or take
/// a run of unknown characters for one token.
@Suite struct SentencePieceChunkTests {
  static let models = ["bpe", "bpe-user-defined", "unigram", "unigram-trimmed", "unigram-rewritten"]
  static let titles: [String?] = [nil, "Cat", "记忆 and  memory"]

  @Test(arguments: models, Texts.all.indices) func fourScripts(model: String, index: Int) throws {
    for bound in [8, 13, 31, 64, 128] { try check(model, Texts.all[index].text, bound) }
  }

  @Test(arguments: models, 0..<20 as Range<UInt64>) func randomText(model: String, seed: UInt64) throws {
    var generator = Randomness(seed: seed)
    let text = String.random(scalarCount: 700, using: &generator)
    try check(model, text, Int.random(in: 8...80, using: &generator))
  }

  /// Words of the vocabulary's own texts, with spaces and the space symbol between.
  @Test(arguments: models, 0..<10 as Range<UInt64>) func textOfPieces(model: String, seed: UInt64) throws {
    let tokens: [String] = try Self.fields(model).required("tokens")
    var generator = Randomness(seed: seed)
    var text = ""
    for _ in 0..<400 {
      let piece = tokens[generator.integer(below: tokens.count)]
      text += generator.integer(below: 5) == 0 ? piece : String(piece.map { $0 == "▁" ? " " : $0 })
    }
    try check(model, text, Int.random(in: 8...80, using: &generator))
  }

  @Test(
    arguments: models,
    ["a", "字", "ว", " ", "a ", "\u{4}", "▁ b", "e", "the", "<mask>", "👩🏽‍🚀", "e\u{301}", "…", "ａ\u{3000}"])
  func endlessRepetition(model: String, unit: String) throws {
    try check(model, "x" + String(repeating: unit, count: 1000) + "y", 32)
  }

  /// The symbol of a space is one: removed at the ends, it leaves nothing.
  @Test(arguments: models) func theSpaceSymbolAlone(model: String) throws {
    let removes: Bool = try Self.fields(model).required("remove_extra_whitespaces")
    let chunker = Chunker(tokenizer: try Self.tokenizer(model), configuration: ChunkConfiguration(maximumTokens: 16))
    for count in [1, 10, 1000] {
      #expect(chunker.chunks(of: String(repeating: "▁", count: count)).isEmpty == removes)
      #expect(!chunker.chunks(of: String(repeating: "▁", count: count) + "a", title: "Cat").isEmpty)
    }
  }

  private func check(_ model: String, _ text: String, _ bound: Int) throws {
    let tokenizer = try Self.tokenizer(model)
    let chunker = Chunker(tokenizer: tokenizer, configuration: ChunkConfiguration(maximumTokens: bound))
    for title in Self.titles {
      let chunks = chunker.chunks(of: text, title: title)
      #expect(!chunks.isEmpty)
      checkProperties(of: chunks, text: text, title: title, tokenizer: tokenizer, bound: bound)
    }
  }

  private static func fields(_ model: String) throws -> JSONFields {
    try Fixtures.golden("sentencepiece/\(model).golden.json")
  }

  private static func tokenizer(_ model: String) throws -> Tokenizer {
    let fields = try fields(model)
    let tokens: [String] = try fields.required("tokens")
    let scores: [Double] = try fields.required("scores")
    return try Tokenizer(
      TokenizerDefinition(
        model: try fields.required("model"), preTokenizer: "default", tokens: tokens.map { Array($0.utf8) },
        types: try fields.required("types"), scores: scores.map { Float($0) },
        addsSpacePrefix: try fields.required("add_space_prefix"),
        removesExtraWhitespace: try fields.required("remove_extra_whitespaces"),
        precompiledCharacterMap: Hexadecimal.bytes(try fields.required("precompiled_charsmap")) ?? []))
  }
}
