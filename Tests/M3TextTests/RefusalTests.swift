import M3Bytes
import M3Text
import Testing

/// One thing wrong with a definition, and what must be said of it.
struct MalformedDefinition: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var problem: FormatError.Problem
  var field: String
  var damage: @Sendable (inout TokenizerDefinition) -> Void

  init(
    _ name: String, _ problem: FormatError.Problem, field: String,
    _ damage: @escaping @Sendable (inout TokenizerDefinition) -> Void
  ) {
    testDescription = name
    self.problem = problem
    self.field = "tokenizer.ggml.\(field)"
    self.damage = damage
  }
}

@Suite struct RefusalTests {
  /// 256 bytes; 256 "ab", 257 "abc", 258 "<end>", a control token.
  static let sound: TokenizerDefinition = {
    var definition = Definitions.bytes(adding: ["ab", "abc", "<end>"], merges: ["a b", "ab c"])
    definition.types = [Int32](repeating: 1, count: 258) + [3]
    definition.endOfSequence = 258
    return definition
  }()

  static let cases: [MalformedDefinition] = [
    .init("model", .unsupported(found: "tokenizer model \"bert\""), field: "model") { $0.model = "bert" },
    .init("pre-tokenizer", .unsupported(found: "pre-tokenizer \"falcon\""), field: "pre") {
      $0.preTokenizer = "falcon"
    },
    .init("no pre-tokenizer", .unsupported(found: "pre-tokenizer \"\""), field: "pre") { $0.preTokenizer = "" },
    .init("no tokens", .missing("a token for byte 0x09"), field: "tokens") {
      $0.tokens = []
      $0.types = []
      $0.merges = []
      $0.endOfSequence = nil
    },
    .init("empty token", .malformed("an empty token"), field: "tokens[256]") { $0.tokens[256] = [] },
    .init("duplicate token", .duplicate("token \"a\""), field: "tokens[257]") { $0.tokens[257] = Array("a".utf8) },
    .init("character of no byte", .malformed("\"a b\" has a character that stands for no byte"), field: "tokens[256]") {
      $0.tokens[256] = Array("a b".utf8)
    },
    .init("token not UTF-8", .malformed("\"\u{FFFD}\" has a character that stands for no byte"), field: "tokens[256]") {
      $0.tokens[256] = [0xFF]
    },
    .init("missing byte", .missing("a token for byte 0x61"), field: "tokens") { $0.tokens[0x61] = Array("zz".utf8) },
    .init("missing space", .missing("a token for byte 0x20"), field: "tokens") { $0.tokens[0x20] = Array("zz".utf8) },
    .init("missing continuation byte", .missing("a token for byte 0x80"), field: "tokens") {
      $0.tokens[0x80] = Array("zz".utf8)
    },
    .init("byte as control token", .missing("a token for byte 0x7a"), field: "tokens") { $0.types[0x7A] = 3 },
    .init("too few types", .mismatch(expected: "259 types", found: "258"), field: "token_type") {
      $0.types.removeLast()
    },
    .init("too many types", .mismatch(expected: "259 types", found: "260"), field: "token_type") { $0.types.append(1) },
    .init("user-defined token", .unsupported(found: "a user-defined token (type 4)"), field: "token_type[257]") {
      $0.types[257] = 4
    },
    .init("byte token", .unsupported(found: "a byte token (type 6)"), field: "token_type[3]") { $0.types[3] = 6 },
    .init("type 0", .outOfRange(found: "0", allowed: "1 to 6"), field: "token_type[0]") { $0.types[0] = 0 },
    .init("type 7", .outOfRange(found: "7", allowed: "1 to 6"), field: "token_type[258]") { $0.types[258] = 7 },
    .init("merge of an unknown left", .missing("\"xy\" in the vocabulary"), field: "merges[1]") {
      $0.merges[1] = Array("xy c".utf8)
    },
    .init("merge of an unknown right", .missing("\"xy\" in the vocabulary"), field: "merges[1]") {
      $0.merges[1] = Array("c xy".utf8)
    },
    .init("merge into an unknown token", .missing("\"ba\" in the vocabulary"), field: "merges[0]") {
      $0.merges[0] = Array("b a".utf8)
    },
    .init("merge into a control token", .malformed("\"abc\" is no ordinary token"), field: "merges[1]") {
      $0.types[257] = 3
    },
    .init("merge of a control token", .malformed("\"<end>\" is no ordinary token"), field: "merges[1]") {
      $0.merges[1] = Array("<end> c".utf8)
    },
    .init("duplicate merge", .duplicate("merge \"a b\""), field: "merges[2]") { $0.merges.append(Array("a b".utf8)) },
    .init("merge of one", .malformed("\"ab\" is not two tokens with a space between"), field: "merges[0]") {
      $0.merges[0] = Array("ab".utf8)
    },
    .init("merge of three", .malformed("\"a b c\" is not two tokens with a space between"), field: "merges[0]") {
      $0.merges[0] = Array("a b c".utf8)
    },
    .init("merge without left", .malformed("\" b\" is not two tokens with a space between"), field: "merges[0]") {
      $0.merges[0] = Array(" b".utf8)
    },
    .init("empty merge", .malformed("\"\" is not two tokens with a space between"), field: "merges[0]") {
      $0.merges[0] = []
    },
    .init("BOS", .outOfRange(found: "259", allowed: "less than 259"), field: "bos_token_id") {
      $0.beginningOfSequence = 259
    },
    .init("EOS", .outOfRange(found: "-1", allowed: "less than 259"), field: "eos_token_id") { $0.endOfSequence = -1 },
  ]

  @Test func theSoundOneIsTaken() throws {
    let tokenizer = try Tokenizer(Self.sound)
    #expect(tokenizer.vocabularyCount == 259)
    #expect(tokenizer.encode("abc") == [257])
    #expect(tokenizer.endOfSequence == 258 && tokenizer.beginningOfSequence == nil)
  }

  @Test(arguments: cases) func refused(_ malformed: MalformedDefinition) {
    var definition = Self.sound
    malformed.damage(&definition)
    #expect(throws: FormatError(malformed.problem, field: malformed.field)) { try Tokenizer(definition) }
  }

  /// The bytes that no text needs, one after the other, and no others.
  @Test func bytesThatMayBeAbsent() {
    var absent: [Int] = []
    for byte in 0..<256 {
      var definition = Definitions.bytes()
      definition.tokens.remove(at: byte)
      if (try? Tokenizer(definition)) != nil { absent.append(byte) }
    }
    let controls = (0..<0x20).filter { ![0x09, 0x0A, 0x0D].contains($0) } + [0x7F]
    #expect(absent == controls + [0xC0, 0xC1, 0xF1, 0xF2] + Array(0xF5...0xFF))
  }
}
