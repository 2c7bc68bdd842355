import M3Bytes
import M3JSON
import M3Records
import M3Streams
import M3TestSupport
import Testing

struct QuarantineTests {
  private let folder = TemporaryFolder()
  private var path: String { "\(folder.path)/quarantine-00000.jsonl.zst" }

  private func entries() throws -> [JSONObject] {
    let source = try InputStreams.open(path)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
      bytes += piece[..<count]
    }
    #expect(bytes.last == 0x0A)
    return try bytes.split(separator: 0x0A).map { try #require(try JSONValue.parse(Array($0)).objectValue) }
  }

  private static let error = FormatError(.malformed("a \"comma\" expected"), field: "JSON", at: 7, line: 3)

  @Test func whatIsWritten() throws {
    let writer = try QuarantineWriter(path: path)
    let place = RecordPlace(file: "a \"b\".jsonl", line: 3, byteOffset: 1 << 40, byteCount: 7)
    try writer.write(raw: Array("{\"é\n\u{1}}".utf8), error: Self.error, place: place)
    try writer.write(raw: [0x41, 0xFF, 0, 0x0A, 1, 2, 3], error: Self.error, place: place)
    #expect(try FilePaths.kind(path) == nil)
    let written = try #require(try writer.commit())
    #expect(try SHA256Digest.ofFile(path) == written.digest)
    #expect(try FilePaths.size(path) == written.byteCount)

    let common: JSONObject = [
      "byte_count": 7, "byte_offset": .integer(1 << 40), "file": "a \"b\".jsonl", "kind": "bad_json", "line": 3,
      "reason": "JSON: a \"comma\" expected",
    ]
    var text = common
    text["raw"] = "{\"é\n\u{1}}"
    var bytes = common
    bytes["raw_hex"] = "41ff000a010203"
    #expect(try entries() == [text, bytes])
  }

  /// More than one piece, escapes and sequences across their borders.
  @Test(arguments: ["a", "\"", "\u{0}", "é", "a€", "😀\\"])
  func longRecordsComeBack(_ unit: String) throws {
    let text = String(repeating: unit, count: 300_001)
    let writer = try QuarantineWriter(path: path)
    let raw = Array(text.utf8)
    func place(_ count: Int) -> RecordPlace {
      RecordPlace(file: "f", line: 1, byteOffset: 0, byteCount: UInt64(count))
    }
    try writer.write(raw: raw, error: Self.error, place: place(raw.count))
    // Not UTF-8 at its very end: nothing was cut there.
    try writer.write(raw: raw + [0xC3], error: Self.error, place: place(raw.count + 1))
    // The beginning of a longer record may end inside a sequence.
    for count in 65_530..<65_540 {
      try writer.write(raw: Array(raw[..<count]), error: Self.error, place: place(raw.count))
    }
    _ = try writer.commit()
    let entries = try entries()
    #expect(entries.count == 12)
    #expect(entries[0]["raw"]?.stringValue.map { Array($0.utf8) } == raw)
    #expect(entries[0]["raw_truncated"] == nil)
    #expect(entries[1]["raw_hex"]?.stringValue.flatMap(Hexadecimal.bytes) == raw + [0xC3])
    #expect(entries[1]["raw_truncated"] == nil)
    for (entry, count) in zip(entries[2...], 65_530...) {
      let kept = try #require(entry["raw"]?.stringValue)
      #expect(raw.starts(with: kept.utf8))
      #expect((count - 3...count).contains(kept.utf8.count))
      #expect(entry["raw_truncated"] == true)
      #expect(entry["byte_count"] == .integer(Int64(raw.count)))
    }
  }

  @Test func withoutABadRecordThereIsNoFile() throws {
    try folder.file("quarantine-00000.jsonl.zst", "of an earlier run")
    let writer = try QuarantineWriter(path: path)
    #expect(try writer.commit() == nil)
    #expect(try FilePaths.list(folder.path).isEmpty)
  }

  @Test func aWriterThatIsDroppedLeavesNothing() throws {
    do {
      let writer = try QuarantineWriter(path: path)
      try writer.write(
        raw: [1], error: Self.error, place: RecordPlace(file: "f", line: 1, byteOffset: 0, byteCount: 1))
    }
    #expect(try FilePaths.list(folder.path).isEmpty)
  }

  @Test(
    arguments: [
      (.outOfRange(found: "9 bytes", allowed: "at most 8"), "record", "too_long"),
      (.malformed("not UTF-8"), "JSON", "bad_utf8"), (.malformed("not UTF-8"), "text", "bad_utf8"),
      (.unsupported(found: "U+0000"), "text", "nul_character"), (.malformed("a comma expected"), "JSON", "bad_json"),
      (.truncated(needed: 1, available: 0), "JSON", "bad_json"), (.duplicate("key text"), "JSON", "duplicate_key"),
      (.outOfRange(found: "depth 65", allowed: "at most 64"), "JSON", "json_limit"),
      (.duplicate("document 7"), "id", "duplicate_id"), (.missing("field"), "text", "missing_text"),
      (.outOfRange(found: "5000 bytes", allowed: "at most 4080"), "id", "id_out_of_range"),
      (.mismatch(expected: "2 tokens", found: "1"), "token_ids", "token_ids_mismatch"),
      (.unsupported(found: "the field score"), "reference", "unsupported_reference"),
      (.malformed("a string expected"), "text", "bad_text"), (.overflow, "size", "size_out_of_range"),
      (.missing("field"), "the text", "missing_field"), (.missing("field"), "Text", "missing_field"),
      (.missing("field"), "", "missing_field"), (.missing("field"), "text\n", "missing_field"),
      (.missing("field"), String(repeating: "x", count: 33), "missing_field"),
      (.missing("field"), "é", "missing_field"),
    ] as [(FormatError.Problem, String, String)])
  func kindsOfBadRecords(_ problem: FormatError.Problem, _ field: String, _ reason: String) {
    #expect(FormatError(problem, field: field).rejectionReason == reason)
  }
}
