import M3JSON
import Testing

@Suite("Records that cannot be read")
struct BadRecordTests {
  struct Record: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    /// What reports count it under.
    let kind: String
    /// What the reason says.
    let reason: String

    init(_ name: String, _ bytes: [UInt8], _ kind: String, _ reason: String) {
      testDescription = name
      self.bytes = bytes
      self.kind = kind
      self.reason = reason
    }

    init(_ name: String, _ text: String, _ kind: String, _ reason: String) {
      self.init(name, Array(text.utf8), kind, reason)
    }
  }

  static let records = [
    Record(
      "bytes that are not UTF-8", Array(#"{"text":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8), "bad_utf8", "UTF-8"),
    Record("an overlong form", Array(#"{"text":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8), "bad_utf8", "UTF-8"),
    Record("a key that stands twice", #"{"text":"a","text":"b"}"#, "duplicate_key", "duplicate key text"),
    Record("a key that stands twice, escaped", #"{"text":"a","\u0074ext":"b"}"#, "duplicate_key", "duplicate key text"),
    Record("a key that stands twice within", #"{"text":"a","more":{"k":1,"k":2}}"#, "duplicate_key", "duplicate key k"),
    Record("half of a surrogate pair", #"{"text":"\ud83c"}"#, "bad_json", "surrogate"),
    Record("the other half", #"{"text":"\udf0a"}"#, "bad_json", "surrogate"),
    Record("no text", #"{"id":"x"}"#, "missing_text", "text: missing"),
    Record("a text that is a number", #"{"text":3}"#, "bad_text", "text: a string expected"),
    Record("U+0000 in the text", #"{"text":"a\u0000b"}"#, "nul_character", "U+0000"),
    Record("an id that is neither text nor integer", #"{"id":1.5,"text":"a"}"#, "bad_id", "id:"),
    Record("an empty id", #"{"id":"","text":"a"}"#, "bad_id", "id:"),
    Record(
      "an id that is too long", #"{"id":"\#(String(repeating: "i", count: 5000))","text":"a"}"#, "id_out_of_range",
      "id: 5000 bytes"),
    Record("too deep for JSON", #"{"text":"a","more":\#(nested(64))}"#, "json_limit", "depth"),
    Record("too deep for a reference", #"{"text":"a","more":\#(nested(63))}"#, "metadata_out_of_range", "depth"),
    Record(
      "too much beside the text", #"{"text":"a","more":"\#(String(repeating: "m", count: 1 << 20))"}"#,
      "metadata_out_of_range", "metadata:"),
    Record("a list", #"["text"]"#, "bad_json", "JSON"),
    Record("two objects in a line", #"{"text":"a"}{"text":"b"}"#, "bad_json", "JSON"),
    Record("an object that does not end", #"{"text":"a""#, "bad_json", "JSON"),
    Record("a bare word", "text", "bad_json", "JSON"),
    Record(
      "an id that was there before", #"{"id":"good-0","text":"again"}"#, "duplicate_id", "duplicate document good-0"),
  ]

  private static func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  private static func line(_ id: String) -> [UInt8] { Array(#"{"id":"\#(id)","text":"A good text."}"#.utf8) }

  /// A good line, the bad one, a good one.
  private static func workspace(_ record: Record) throws -> Workspace {
    let workspace = Workspace()
    try workspace.write(line("good-0") + [0x0A] + record.bytes + [0x0A] + line("good-1") + [0x0A], "documents.jsonl")
    return workspace
  }

  @Test("fail: the line is named and nothing is left that looks finished", arguments: records)
  func fail(_ record: Record) throws {
    let workspace = try Self.workspace(record)
    expect(try workspace.chunk(), Exit.badData, ["documents.jsonl, line 2", record.reason])
    let names = try workspace.snapshot("references").keys.sorted()
    #expect(names == ["plan.json"])
  }

  @Test("quarantine: put aside with place and reason, counted, and the rest goes on", arguments: records)
  func quarantine(_ record: Record) throws {
    let workspace = try Self.workspace(record)
    expect(try workspace.chunk(["--on-bad-input", "quarantine"]), Exit.ok, ["2 of 3 documents kept, 1 \(record.kind)"])
    let report = try workspace.json("references/report.json")
    #expect(report["input"] == 3)
    #expect(report["kept"] == 2)
    #expect(report["rejected"]?.objectValue?[record.kind] == 1)

    let aside = try jsonLines(workspace, "references/quarantine-00000.jsonl.zst")
    let entry = try #require(aside.first)
    #expect(aside.count == 1)
    #expect(entry["file"] == "documents.jsonl")
    #expect(entry["line"] == 2)
    #expect(entry["byte_offset"]?.integerValue == Int64(Self.line("good-0").count + 1))
    #expect(entry["reason"]?.stringValue?.contains(record.reason) == true)
    #expect(entry["kind"] == .string(record.kind))
    #expect(entry["byte_count"]?.integerValue == Int64(record.bytes.count))
    #expect(try rawBytes(entry) == record.bytes)

    expect(try workspace.encode(), Exit.ok, ["2 of 2 references kept"])
    expect(try workspace.shard(), Exit.ok)
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
  }

  @Test("the quarantine goes where the bad records went")
  func repaired() throws {
    let workspace = try Self.workspace(Self.records[0])
    expect(try workspace.chunk(["--on-bad-input", "quarantine"]), Exit.ok)
    expect(try workspace.chunk(["--on-bad-input", "quarantine"]), Exit.ok, ["nothing to do"])
    try workspace.write(Self.line("good-0") + [0x0A], "documents.jsonl")
    expect(
      try workspace.chunk(["--on-bad-input", "quarantine"]), Exit.badData, ["documents.jsonl: its content changed"])
    #expect(try workspace.snapshot("references").keys.contains("quarantine-00000.jsonl.zst"))
  }
}
