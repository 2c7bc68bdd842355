import M3Bytes
import M3JSON
import M3TestSupport
import M3Text
import Testing

/// One thing wrong with a `tokenizer.json`, and what must be said of it.
struct MalformedWordPiece: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var path: [String]
  var value: JSONValue?
  var problem: FormatError.Problem
  var field: String

  /// - Parameter path: keys and indices to the value that another takes the place of, or that is left out.
  init(_ path: String, _ value: JSONValue?, _ problem: FormatError.Problem, field: String? = nil) {
    testDescription = "\(path) \(problem)"
    self.path = path.split(separator: "/").map(String.init)
    self.value = value
    self.problem = problem
    self.field = "tokenizer." + (field ?? path.replacing("/", with: "."))
  }

  func apply(to file: JSONObject) throws -> JSONObject {
    try #require(Self.replace(.object(file), path[...], value)?.objectValue)
  }

  private static func replace(_ value: JSONValue?, _ path: ArraySlice<String>, _ new: JSONValue?) -> JSONValue? {
    guard let key = path.first else { return new }
    if var elements = value?.arrayValue, let index = Int(key), index <= elements.count {
      let element = replace(index < elements.count ? elements[index] : nil, path.dropFirst(), new)
      elements.replaceSubrange(index..<min(index + 1, elements.count), with: element.map { [$0] } ?? [])
      return .array(elements)
    }
    var object = value?.objectValue ?? [:]
    object[key] = replace(object[key], path.dropFirst(), new)
    return .object(object)
  }
}

@Suite struct WordPieceRefusalTests {
  private static func token(
    _ content: String, id: Int64 = 5, single: Bool = false, normalized: Bool = false
  ) -> JSONValue {
    [
      "id": .integer(id), "content": .string(content), "single_word": .bool(single), "lstrip": false, "rstrip": false,
      "normalized": .bool(normalized), "special": false,
    ]
  }

  static let structure: [MalformedWordPiece] = [
    .init("version", "2.0", .unsupportedVersion(found: "2.0", supported: "1.0")),
    .init("version", 1, .mismatch(expected: "a string", found: "an integer")),
    .init("more", 1, .unsupported(found: "the field more"), field: ""),
    .init("model", nil, .missing("field")),
    .init("model", [], .mismatch(expected: "an object", found: "an array")),
    .init("normalizer", nil, .missing("field")),
    .init("normalizer", .null, .mismatch(expected: "an object", found: "null")),
    .init("normalizer/type", "Sequence", .unsupported(found: "the type \"Sequence\"")),
    .init("normalizer/lowercase", nil, .missing("field")),
    .init("normalizer/clean_text", "yes", .mismatch(expected: "true or false", found: "a string")),
    .init("normalizer/strip_accents", 0, .mismatch(expected: "true or false", found: "an integer")),
    .init("normalizer/more", 0, .unsupported(found: "the field more"), field: "normalizer"),
    .init("pre_tokenizer", nil, .missing("field")),
    .init("pre_tokenizer/type", "Whitespace", .unsupported(found: "the type \"Whitespace\"")),
    .init("pre_tokenizer/more", 0, .unsupported(found: "the field more"), field: "pre_tokenizer"),
    .init("truncation/direction", "Left", .unsupported(found: "truncation at \"Left\"")),
    .init("truncation/strategy", "OnlySecond", .unsupported(found: "truncation by \"OnlySecond\"")),
    .init("truncation/max_length", nil, .missing("field")),
    .init("truncation/max_length", "5", .mismatch(expected: "an integer", found: "a string")),
  ]

  static let model: [MalformedWordPiece] = [
    .init("model/type", "BPE", .unsupported(found: "the type \"BPE\"")),
    .init("model/type", nil, .missing("field")),
    .init("model/unk_token", nil, .missing("field")),
    .init("model/unk_token", "[unk]", .missing("the unknown piece \"[unk]\" in the vocabulary")),
    .init("model/continuing_subword_prefix", .null, .mismatch(expected: "a string", found: "null")),
    .init("model/max_input_chars_per_word", .number("1.5"), .mismatch(expected: "an integer", found: "1.5")),
    .init("model/more", 0, .unsupported(found: "the field more"), field: "model"),
    .init("model/vocab", .array([]), .mismatch(expected: "an object", found: "an array")),
    .init("model/vocab", [:], .missing("the unknown piece \"[UNK]\" in the vocabulary"), field: "model.unk_token"),
    .init(
      "model/vocab", ["[UNK]": 1], .outOfRange(found: "1", allowed: "0 to 0, each once"), field: "model.vocab.[UNK]"),
    .init("model/vocab", ["[UNK]": 0, "a": 0], .duplicate("id 0"), field: "model.vocab.a"),
    .init(
      "model/vocab", ["[UNK]": -1], .outOfRange(found: "-1", allowed: "0 to 0, each once"), field: "model.vocab.[UNK]"),
    .init(
      "model/vocab", ["[UNK]": 0, "a": "1"], .mismatch(expected: "an integer", found: "a string"),
      field: "model.vocab.a"),
  ]

  static let added: [MalformedWordPiece] = [
    .init("added_tokens", [:], .mismatch(expected: "an array", found: "an object")),
    .init("added_tokens/0", "[PAD]", .mismatch(expected: "an object", found: "a string"), field: "added_tokens[0]"),
    .init("added_tokens/0/id", 1, .mismatch(expected: "id 0", found: "1"), field: "added_tokens[0].id"),
    .init("added_tokens/0/id", nil, .missing("field"), field: "added_tokens[0].id"),
    .init("added_tokens/0/lstrip", nil, .missing("field"), field: "added_tokens[0].lstrip"),
    .init("added_tokens/0/more", 0, .unsupported(found: "the field more"), field: "added_tokens[0]"),
    .init("added_tokens/1", token("[PAD]", id: 0), .duplicate("token \"[PAD]\""), field: "added_tokens[1].content"),
    .init("added_tokens/1", token(""), .malformed("an empty token"), field: "added_tokens[1].content"),
    .init(
      "added_tokens/1", token("a "), .unsupported(found: "\"a \", an added token with white space at an end"),
      field: "added_tokens[1].content"),
    .init(
      "added_tokens/1", token("a", single: true), .unsupported(found: "\"a\", an added token of this kind"),
      field: "added_tokens[1].single_word"),
    .init(
      "added_tokens/1", token("a", normalized: true), .unsupported(found: "\"a\", an added token of this kind"),
      field: "added_tokens[1].normalized"),
  ]

  private static let absent = FormatError.Problem.missing("the special token \"[none]\" in the vocabulary")

  static let template: [MalformedWordPiece] = [
    .init("post_processor/type", "ByteLevel", .unsupported(found: "the type \"ByteLevel\"")),
    .init("post_processor/more", 0, .unsupported(found: "the field more"), field: "post_processor"),
    .init("post_processor/single", nil, .missing("field")),
    .init("post_processor/single", [], .missing("the sequence A")),
    .init(
      "post_processor/single/0", [:], .malformed("neither one special token nor one sequence"),
      field: "post_processor.single[0]"),
    .init(
      "post_processor/single/1/Sequence/id", "B", .unsupported(found: "another sequence than A, once"),
      field: "post_processor.single[1].Sequence.id"),
    .init(
      "post_processor/single/2", ["Sequence": ["id": "A", "type_id": 0]],
      .unsupported(found: "another sequence than A, once"), field: "post_processor.single[2].Sequence.id"),
    .init(
      "post_processor/single/1/Sequence/type_id", 1, .unsupported(found: "the token type 1"),
      field: "post_processor.single[1].Sequence.type_id"),
    .init("post_processor/special_tokens/[CLS]", nil, .missing("field")),
    .init(
      "post_processor/special_tokens/[CLS]/ids", [7], .mismatch(expected: "id 2", found: "7"),
      field: "post_processor.special_tokens.[CLS]"),
    .init(
      "post_processor/special_tokens/[CLS]/tokens", [], .mismatch(expected: "1 tokens", found: "0"),
      field: "post_processor.special_tokens.[CLS]"),
    .init(
      "post_processor/special_tokens/[CLS]/tokens", ["[none]"], absent,
      field: "post_processor.special_tokens.[CLS]"),
    .init(
      "post_processor", ["type": "BertProcessing", "cls": ["[CLS]", 2]], .missing("field"), field: "post_processor.sep"),
    .init(
      "post_processor", ["type": "BertProcessing", "cls": ["[none]", 2], "sep": ["[SEP]", 3]], absent,
      field: "post_processor.cls"),
    .init(
      "post_processor", ["type": "RobertaProcessing", "cls": ["[CLS]"], "sep": ["[SEP]", 3]],
      .mismatch(expected: "a token and its id", found: "1 values"), field: "post_processor.cls"),
    .init(
      "post_processor", ["type": "RobertaProcessing", "cls": ["[CLS]", .integer(1 << 40)], "sep": ["[SEP]", 3]],
      .outOfRange(found: "1099511627776", allowed: "-2147483648...2147483647"), field: "post_processor.cls[1]"),
  ]

  @Test(arguments: structure + model + added + template) func refused(_ malformed: MalformedWordPiece) throws {
    let file = try malformed.apply(to: Fixtures.tinyWordPieceFile())
    let field = malformed.field.hasSuffix(".") ? String(malformed.field.dropLast()) : malformed.field
    #expect(throws: FormatError(malformed.problem, field: field)) { try WordPieceTokenizer(file) }
  }

  /// The special token `[CLS]` is neither in the vocabulary nor among the added tokens.
  @Test func withoutSpecialToken() throws {
    var file = try Fixtures.tinyWordPieceFile()
    var model = try #require(file["model"]?.objectValue)
    model["vocab"] = ["[UNK]": 0]
    file["model"] = .object(model)
    file["added_tokens"] = []
    let error = FormatError(
      .missing("the special token \"[CLS]\" in the vocabulary"), field: "tokenizer.post_processor.special_tokens.[CLS]")
    #expect(throws: error) { try WordPieceTokenizer(file) }
  }

  /// More bytes than the table of pieces has room for.
  @Test func tooLargeVocabulary() throws {
    var file = try Fixtures.tinyWordPieceFile()
    var model = try #require(file["model"]?.objectValue)
    model["vocab"] = ["[UNK]": 0, .init(repeating: "x", count: 1 << 21): 1]
    for key in ["added_tokens", "post_processor"] { file[key] = nil }
    file["model"] = .object(model)
    let problem = FormatError.Problem.outOfRange(
      found: "\(1 << 21 + 7) distinct beginnings of pieces", allowed: "at most \(1 << 21)")
    #expect(throws: FormatError(problem, field: "tokenizer.model.vocab")) { try WordPieceTokenizer(file) }
  }

  /// A file that is cut off, in its structure and in its vocabulary.
  @Test func truncatedFile() throws {
    let bytes = try Fixtures.tinyWordPiece.get()
    let end = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
    for count in stride(from: 0, through: end, by: 11) {
      #expect(throws: FormatError.self, "\(count) bytes") { try WordPieceTokenizer(bytes: Array(bytes[..<count])) }
    }
  }

  /// A file with a byte changed is refused or read, and encodes if it is read.
  @Test(arguments: [1, 2, 3]) func changedByte(seed: UInt64) throws {
    let bytes = try Fixtures.tinyWordPiece.get()
    var random = Randomness(seed: seed)
    var refusals = 0
    for _ in 0..<12 {
      var changed = bytes
      changed[random.integer(below: bytes.count)] = UInt8(0x20 + random.integer(below: 0x5F))
      do throws(FormatError) {
        let tokenizer = try WordPieceTokenizer(bytes: changed)
        let ids = tokenizer.encode("Memory of é記憶 [SEP]", maximumTokens: 64)
        #expect(ids.allSatisfy { (0..<Int32(tokenizer.vocabularyCount)).contains($0) })
      } catch {
        refusals += 1
      }
    }
    #expect(refusals > 0)
  }

  @Test func fileErrors() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try WordPieceTokenizer(path: FilePaths.join(folder.path, "none.json")) }
    let path = try folder.write(Array("{\"more\": 1}".utf8), "tokenizer.json")
    let error = FormatError(.unsupported(found: "the field more"), field: "tokenizer", file: path)
    #expect(throws: error) { try WordPieceTokenizer(path: path) }
  }
}
