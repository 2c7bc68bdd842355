import M3Bytes
import M3Text
import Testing

@Suite struct SentencePieceRefusalTests {
  /// 0 the unknown token, 1 a control token, 2 "▁", 3 "a", 4 "b", 5 "ab", 6… the bytes.
  static let sound = Definitions.piecesAndBytes(["▁": -1, "a": -2, "b": -3, "ab": -4])

  static let cases: [MalformedDefinition] = [
    .init("no scores", .missing("a score for each token"), field: "scores") { $0.scores = [] },
    .init("too few scores", .mismatch(expected: "262 scores", found: "261"), field: "scores") {
      $0.scores.removeLast()
    },
    .init("too many scores", .mismatch(expected: "262 scores", found: "263"), field: "scores") { $0.scores.append(0) },
    .init("NaN", .outOfRange(found: "nan", allowed: "finite numbers"), field: "scores[4]") { $0.scores[4] = .nan },
    .init("infinity", .outOfRange(found: "-inf", allowed: "finite numbers"), field: "scores[0]") {
      $0.scores[0] = -.infinity
    },
    .init("too few types", .mismatch(expected: "262 types", found: "261"), field: "token_type") {
      $0.types.removeLast()
    },
    .init("type 0", .outOfRange(found: "0", allowed: "1 to 6"), field: "token_type[7]") { $0.types[7] = 0 },
    .init("empty token", .malformed("an empty token"), field: "tokens[3]") { $0.tokens[3] = [] },
    .init("duplicate token", .duplicate("token \"a\""), field: "tokens[4]") { $0.tokens[4] = Array("a".utf8) },
    .init("duplicate but for the space", .duplicate("a token of the same characters"), field: "tokens[5]") {
      $0.tokens[5] = Array(" ".utf8)
      $0.types[5] = 4
    },
    .init("token not UTF-8", .malformed("\"a\u{FFFD}\" is not UTF-8"), field: "tokens[5]") {
      $0.tokens[5] = [0x61, 0xFF]
    },
    .init("long token", .outOfRange(found: "1025 bytes", allowed: "up to 1024"), field: "tokens[5]") {
      $0.tokens[5] = [UInt8](repeating: 0x61, count: 1025)
    },
    .init("missing byte", .missing("a token for byte 0xff"), field: "tokens") {
      $0.tokens.removeLast()
      $0.types.removeLast()
      $0.scores.removeLast()
    },
    .init("byte as an ordinary token", .missing("a token for byte 0x00"), field: "tokens") { $0.types[6] = 1 },
    .init("byte in lower case", .malformed("\"<0x0a>\" is no byte token: <0x00> to <0xFF>"), field: "tokens[16]") {
      $0.tokens[16] = Array("<0x0a>".utf8)
    },
    .init("byte of three digits", .malformed("\"<0x000>\" is no byte token: <0x00> to <0xFF>"), field: "tokens[6]") {
      $0.tokens[6] = Array("<0x000>".utf8)
    },
    .init("ordinary piece as a byte", .malformed("\"ab\" is no byte token: <0x00> to <0xFF>"), field: "tokens[5]") {
      $0.types[5] = 6
    },
    .init("no unknown token", .missing("a token for unknown characters (type 2)"), field: "token_type") {
      $0 = withoutBytes($0)
      $0.types[0] = 3
    },
    .init("no types", .missing("a token for unknown characters (type 2)"), field: "token_type") { $0.types = [] },
    .init("two unknown tokens", .duplicate("the unknown token 0"), field: "token_type[4]") { $0.types[4] = 2 },
    .init("unknown id", .outOfRange(found: "262", allowed: "less than 262"), field: "unknown_token_id") {
      $0.unknown = 262
    },
    .init("negative unknown id", .outOfRange(found: "-1", allowed: "less than 262"), field: "unknown_token_id") {
      $0.unknown = -1
    },
    .init("another unknown id", .mismatch(expected: "the token of type 2, 0", found: "3"), field: "unknown_token_id") {
      $0.unknown = 3
    },
    .init("BOS", .outOfRange(found: "262", allowed: "less than 262"), field: "bos_token_id") {
      $0.beginningOfSequence = 262
    },
  ]

  private static func withoutBytes(_ definition: TokenizerDefinition) -> TokenizerDefinition {
    var definition = definition
    definition.tokens.removeLast(256)
    definition.types.removeLast(256)
    definition.scores.removeLast(256)
    return definition
  }

  @Test(arguments: ["llama", "t5"]) func theSoundOneIsTaken(model: String) throws {
    var definition = Self.sound
    definition.model = model
    #expect(try Tokenizer(definition).encode("ab") == [2, 5])
    definition = Self.withoutBytes(definition)
    #expect(try Tokenizer(definition).encode("abc") == [2, 5, 0])
    // Byte tokens do without an unknown token.
    definition = Self.sound
    definition.types[0] = 3
    #expect(try Tokenizer(definition).encode("ab") == [2, 5])
  }

  @Test(arguments: ["llama", "t5"], cases) func refused(model: String, malformed: MalformedDefinition) {
    var definition = Self.sound
    definition.model = model
    malformed.damage(&definition)
    #expect(throws: FormatError(malformed.problem, field: malformed.field)) { try Tokenizer(definition) }
  }

  /// The reference's choice would depend on what else the text holds.
  @Test func aTokenOutOfUseThatTextCanBecome() {
    var definition = Self.sound
    definition.types[5] = 5
    let error = FormatError(
      .unsupported(found: "a token out of use (type 5) that text can become"), field: "tokenizer.ggml.token_type[5]")
    #expect(throws: error) { try Tokenizer(definition) }
  }
}
