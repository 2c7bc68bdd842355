import M3Bytes
import M3JSON
import M3Records
import Testing

struct ReferenceTests {
  private let folder = TemporaryFolder()

  private static let example = Reference(
    id: "a \"b\"#3", text: "x\ny é \u{1}", documentID: "a \"b\"", chunk: 3, start: 10, end: 19, tokenCount: 2,
    tokenIDs: [7, 49151], metadata: Array(#"{"url":"\u0041", "n":1.0}"#.utf8))

  private func read(_ bytes: [UInt8]) throws -> [RecordResult<Reference>] {
    let reader = try ReferenceReader(path: try folder.file("r.jsonl", bytes))
    var results: [RecordResult<Reference>] = []
    while let result = try reader.next() { results.append(result) }
    return results
  }

  @Test func theLine() {
    var line: [UInt8] = []
    ReferenceTests.example.appendLine(to: &line)
    #expect(
      String(decoding: line, as: UTF8.self)
        == ##"{"id":"a \"b\"#3","text":"x\ny é \u0001","document_id":"a \"b\"","chunk":3,"start":10,"end":19,"token_count":2,"token_ids":[7,49151],"metadata":{"url":"\u0041", "n":1.0}}"##
        + "\n")
  }

  @Test func referencesComeBack() throws {
    var plain = ReferenceTests.example
    plain.tokenIDs = nil
    plain.metadata = Array("{}".utf8)
    var lines: [UInt8] = []
    for reference in [ReferenceTests.example, plain] { reference.appendLine(to: &lines) }
    #expect(try read(lines).map(\.record) == [ReferenceTests.example, plain])
  }

  @Test func aPartFile() throws {
    let path = "\(folder.path)/part-00000.jsonl.zst"
    let references = (0..<5_000).map { index in
      Reference(
        id: "d#\(index)", text: String(repeating: "text \(index) ", count: index % 40), documentID: "d", chunk: index,
        start: index,
        end: 2 * index, tokenCount: index % 128)
    }
    let writer = try RecordWriter(path: path)
    for reference in references { try writer.write(reference) }
    #expect(try FilePaths.kind(path) == nil)
    let (digest, byteCount) = try writer.commit()
    #expect(try SHA256Digest.ofFile(path) == digest)
    #expect(try FilePaths.size(path) == byteCount)

    let reader = try ReferenceReader(path: path)
    for reference in references { #expect(try reader.next()?.record == reference) }
    #expect(try reader.next() == nil)
    #expect(try InputFiles.resolve([folder.path]).map(\.name) == ["part-00000.jsonl.zst"])
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let change: (from: String, to: String)
    let problem: FormatError.Problem
    let field: String
    let offset: UInt64

    init(_ from: String, _ to: String, _ problem: FormatError.Problem, _ field: String, _ offset: UInt64) {
      (change, self.problem, self.field, self.offset) = ((from, to), problem, field, offset)
    }

    var testDescription: String { "\(change.from) → \(change.to)" }
  }

  static let line =
    #"{"id":"d#1","text":"t","document_id":"d","chunk":1,"start":2,"end":3,"token_count":1,"token_ids":[5],"metadata":{}}"#

  static let bad: [Bad] = [
    Bad(#""id":"d#1","#, "", .missing("field"), "id", 0),
    Bad(#""text":"t","#, "", .missing("field"), "text", 0),
    Bad(#""document_id":"d","#, "", .missing("field"), "document_id", 0),
    Bad(#""chunk":1,"#, "", .missing("field"), "chunk", 0),
    Bad(#""start":2,"#, "", .missing("field"), "start", 0),
    Bad(#""end":3,"#, "", .missing("field"), "end", 0),
    Bad(#""token_count":1,"#, "", .missing("field"), "token_count", 0),
    Bad(#","metadata":{}"#, "", .missing("field"), "metadata", 0),
    Bad(#""id":"d#1""#, #""id":"d#2""#, .mismatch(expected: "d#1", found: "d#2"), "id", 0),
    Bad(#""id":"d#1""#, #""id":1"#, .malformed("a string expected"), "id", 6),
    Bad(#""text":"t""#, #""text":"\u0000""#, .unsupported(found: "U+0000"), "text", 19),
    Bad(#""chunk":1"#, #""chunk":-1"#, .outOfRange(found: "-1", allowed: "integers 0...\(Int.max)"), "chunk", 49),
    Bad(#""chunk":1"#, #""chunk":"1""#, .malformed("an integer expected"), "chunk", 49),
    Bad(#""start":2"#, #""start":4"#, .outOfRange(found: "4", allowed: "at most the end, 3"), "start", 0),
    Bad(#""end":3"#, #""end":3.5"#, .outOfRange(found: "3.5", allowed: "integers 0...\(Int.max)"), "end", 67),
    Bad(
      #""end":3"#, #""end":9223372036854775808"#,
      .outOfRange(found: "9223372036854775808", allowed: "integers 0...\(Int.max)"), "end", 67),
    Bad(#""token_count":1"#, #""token_count":2"#, .mismatch(expected: "2 tokens", found: "1"), "token_ids", 0),
    Bad("[5]", "[5.0]", .outOfRange(found: "5.0", allowed: "integers 0...\(Int32.max)"), "token_ids", 98),
    Bad("[5]", "[2147483648]", .outOfRange(found: "2147483648", allowed: "integers 0...\(Int32.max)"), "token_ids", 98),
    Bad("[5]", "5", .malformed("an array expected"), "JSON", 97),
    Bad("{}", "[]", .malformed("an object expected"), "metadata", 112),
    Bad(#""text":"t""#, #""text":"t","score":1"#, .unsupported(found: "the field score"), "reference", 23),
    Bad(#""text":"t""#, #""text":"t","text":"t""#, .duplicate("key text"), "JSON", 23),
  ]

  @Test(arguments: bad)
  func badReferencesAreRefused(_ example: Bad) throws {
    let parts = ReferenceTests.line.split(
      separator: example.change.from, maxSplits: 1, omittingEmptySubsequences: false)
    let line = try Array("\(parts[0])\(example.change.to)\(#require(parts.last))".utf8)
    let results = try read(line + [0x0A] + Array(ReferenceTests.line.utf8))
    #expect(results.count == 2)
    let bad = try #require(results[0].bad)
    #expect(bad.raw == line)
    #expect(
      bad.error == FormatError(example.problem, field: example.field, at: example.offset, line: 1, file: "r.jsonl"))
    #expect(results[1].record?.id == "d#1")
  }

  @Test func aReferenceIsPlainJSON() throws {
    var line: [UInt8] = []
    ReferenceTests.example.appendLine(to: &line)
    let value = try JSONValue.parse(line)
    #expect(
      value.objectValue?.members.map(\.key)
        == ["id", "text", "document_id", "chunk", "start", "end", "token_count", "token_ids", "metadata"])
    #expect(value.objectValue?["text"] == .string(ReferenceTests.example.text))
  }
}
