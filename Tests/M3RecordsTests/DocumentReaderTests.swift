import M3Bytes
import M3JSON
import M3Records
import Testing

struct DocumentReaderTests {
  private let folder = TemporaryFolder()

  private func document(_ line: String, _ fields: DocumentFields = DocumentFields()) throws -> Document? {
    try DocumentReader.results(try folder.file("d.jsonl", line), fields).first?.record
  }

  @Test func aDocumentAndItsMetadata() throws {
    let document = try document(
      #" { "url" : "http:\/\/a.b\u002f" , "id":"7", "n": 1.50e0, "text":"a\nb é \ud83d\ude00", "tags" :[ 1 , {"x": null}],"ok":true } "#
    )
    #expect(document?.id == "7")
    #expect(document?.text == "a\nb é 😀")
    #expect(document?.title == nil)
    #expect(
      document.map { String(decoding: $0.metadata, as: UTF8.self) }
        == #"{"url":"http:\/\/a.b\u002f","n":1.50e0,"tags":[ 1 , {"x": null}],"ok":true}"#)
    #expect(document?.place == RecordPlace(file: "d.jsonl", line: 1, byteOffset: 0, byteCount: 127))
  }

  @Test func nothingButText() throws {
    let document = try document(#"{"text":""}"#)
    #expect(
      document
        == Document(
          id: "d.jsonl:1", text: "", place: RecordPlace(file: "d.jsonl", line: 1, byteOffset: 0, byteCount: 11)))
  }

  @Test(arguments: [
    (#""x y""#, "x y"), ("12", "12"), ("-3", "-3"),
    ("123456789012345678901234567890", "123456789012345678901234567890"),
  ])
  func idsAreStringsOrIntegers(_ example: (json: String, id: String)) throws {
    #expect(try document("{\"id\":\(example.json),\"text\":\"t\"}")?.id == example.id)
  }

  @Test func fieldNamesAreSettings() throws {
    let fields = DocumentFields(text: "body", id: "key", title: "name")
    let line = #"{"\u0062ody":"b","key":1,"name":"n","text":"t","id":"i"}"#
    let document = try document(line, fields)
    #expect(document?.text == "b")
    #expect(document?.id == "1")
    #expect(document?.title == "n")
    #expect(document.map { String(decoding: $0.metadata, as: UTF8.self) } == #"{"name":"n","text":"t","id":"i"}"#)
    #expect(try self.document(#"{"body":"b","name":null}"#, fields)?.title == nil)
    for fields in [
      DocumentFields(text: "a", id: "a"), DocumentFields(text: "a", title: "a"), DocumentFields(id: "a", title: "a"),
    ] {
      #expect(throws: FormatError(.duplicate("field name a"), field: "document fields")) {
        try self.document(line, fields)
      }
    }
  }

  @Test func linesOfAllKinds() throws {
    let text = "\u{FEFF}{\"text\":\"1\"}\r\n\r\n\n{\"text\":\"4\"}\n  \n{\"text\":\"6\"}"
    let results = try DocumentReader.results(try folder.file("lines.jsonl", text))
    #expect(results.map { $0.record?.text } == ["1", "4", nil, "6"])
    #expect(results.compactMap { $0.record?.place.line } == [1, 4, 6])
    #expect(results.compactMap { $0.record?.place.byteOffset } == [3, 20, 36])
    #expect(results.compactMap { $0.record?.place.byteCount } == [12, 12, 12])
    #expect(results.compactMap { $0.record?.id } == ["lines.jsonl:1", "lines.jsonl:4", "lines.jsonl:6"])
    // A line of spaces is no empty line: it is a line that ends before its record begins.
    let bad = try #require(results[2].bad)
    #expect(bad.raw == Array("  ".utf8))
    #expect(
      bad.error == FormatError(.truncated(needed: 1, available: 0), field: "JSON", at: 35, line: 5, file: "lines.jsonl")
    )
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let line: [UInt8]
    let problem: FormatError.Problem
    let field: String
    let offset: UInt64

    init(_ line: String, _ problem: FormatError.Problem, _ field: String, _ offset: UInt64) {
      self.init(Array(line.utf8), problem, field, offset)
    }

    init(_ line: [UInt8], _ problem: FormatError.Problem, _ field: String, _ offset: UInt64) {
      (self.line, self.problem, self.field, self.offset) = (line, problem, field, offset)
    }

    var testDescription: String { String(decoding: line.prefix(80), as: UTF8.self) }
  }

  static let bad: [Bad] = [
    Bad("{}", .missing("field"), "text", 0),
    Bad(#"{"id":1}"#, .missing("field"), "text", 0),
    Bad("[1]", .malformed("an object expected"), "JSON", 0),
    Bad(#""text""#, .malformed("an object expected"), "JSON", 0),
    Bad(#"{"text":1}"#, .malformed("a string expected"), "text", 8),
    Bad(#"{"text":null}"#, .malformed("a string expected"), "text", 8),
    Bad(#"{"text": ["a"]}"#, .malformed("a string expected"), "text", 9),
    Bad(#"{"text":"a\u0000b"}"#, .unsupported(found: "U+0000"), "text", 8),
    Bad(#"{"id":"\u0000","text":""}"#, .unsupported(found: "U+0000"), "id", 6),
    Bad(#"{"id":"","text":""}"#, .malformed("a string that is not empty, or an integer, expected"), "id", 6),
    Bad(#"{"id":1.0,"text":""}"#, .malformed("a string that is not empty, or an integer, expected"), "id", 6),
    Bad(#"{"id":null,"text":""}"#, .malformed("a string that is not empty, or an integer, expected"), "id", 6),
    Bad(#"{"id":[],"text":""}"#, .malformed("a string that is not empty, or an integer, expected"), "id", 6),
    Bad(#"{"text":"a","text":"b"}"#, .duplicate("key text"), "JSON", 12),
    Bad(#"{"text":"a","x":{"y":1,"\u0079":2}}"#, .duplicate("key y"), "JSON", 23),
    Bad(#"{"text":"a"}}"#, .malformed("bytes behind the value"), "JSON", 12),
    Bad(#"{"text":"a"} {"text":"b"}"#, .malformed("bytes behind the value"), "JSON", 13),
    Bad(#"{"text":"a""#, .truncated(needed: 1, available: 0), "JSON", 11),
    Bad(#"{"text":"\ud800"}"#, .malformed("a high surrogate without a low one"), "JSON", 9),
    Bad(Array(#"{"text":"a"}"#.utf8) + [0], .malformed("bytes behind the value"), "JSON", 12),
    Bad(
      Array(#"{"text":"a"#.utf8) + [0] + Array(#""}"#.utf8), .malformed("a control character that is not escaped"),
      "JSON", 10),
    Bad(Array(#"{"text":"caf"#.utf8) + [0xE9] + Array(#""}"#.utf8), .malformed("not UTF-8"), "JSON", 12),
    Bad(Array(#"{"x":"caf"#.utf8) + [0xE9] + Array(#"","text":""}"#.utf8), .malformed("not UTF-8"), "JSON", 9),
    Bad(
      #"{"text":"","x":"# + String(repeating: "[", count: 64) + "1",
      .outOfRange(found: "depth 65", allowed: "at most 64"), "JSON", 78),
    Bad("\u{FEFF}{}", .malformed("an object expected"), "JSON", 0),
  ]

  @Test(arguments: bad)
  func badRecordsDoNotEndTheReader(_ example: Bad) throws {
    let good = Array("{\"text\":\"before\"}\n".utf8)
    for lineEnd in ["\n", "\r\n"] {
      let path = try folder.file(
        "bad.jsonl", good + example.line + Array(lineEnd.utf8) + Array("{\"text\":\"behind\"}".utf8))
      let results = try DocumentReader.results(path)
      #expect(results.map { $0.record?.text } == ["before", nil, "behind"])
      #expect(results[2].record?.place.line == 3)
      let bad = try #require(results[1].bad)
      #expect(bad.raw == example.line)
      #expect(
        bad.place
          == RecordPlace(
            file: "bad.jsonl", line: 2, byteOffset: UInt64(good.count), byteCount: UInt64(example.line.count)))
      #expect(
        bad.error
          == FormatError(
            example.problem, field: example.field, at: UInt64(good.count) + example.offset, line: 2, file: "bad.jsonl"))
    }
  }

  @Test func recordsThatAreTooLong() throws {
    let long = Array("{\"text\":\"\(String(repeating: "x", count: 2_500_000))\"}".utf8)
    let path = try folder.file(
      "long.jsonl", Array("{\"text\":\"a\"}\n".utf8) + long + Array("\n{\"text\":\"b\"}\n".utf8) + long)
    let results = try DocumentReader.results(path, maximumRecordBytes: 1_000)
    #expect(results.map { $0.record?.text } == ["a", nil, "b", nil])
    for (index, offset) in [(1, 13), (3, 26 + long.count + 1)] {
      let bad = try #require(results[index].bad)
      #expect(bad.raw == Array(long[..<(64 << 10)]))
      #expect(bad.place.byteCount == UInt64(long.count))
      #expect(
        bad.error
          == FormatError(
            .outOfRange(found: "\(long.count) bytes", allowed: "at most 1000"), field: "record", at: UInt64(offset),
            line: index + 1, file: "long.jsonl"))
    }
    #expect(try DocumentReader.results(path, maximumRecordBytes: long.count).allSatisfy { $0.record != nil })
    #expect(try DocumentReader.results(path, maximumRecordBytes: long.count - 1).count { $0.record != nil } == 2)
  }

  @Test func aTruncatedArchiveThrowsBehindWhatItHeld() throws {
    let path = "\(folder.path)/d.jsonl.zst"
    let writer = try ZstdWriter(path: path)
    let line = Array("{\"text\":\"\(String(repeating: "abc ", count: 1000))\"}\n".utf8)
    for _ in 0..<100 { try writer.write(line) }
    _ = try writer.commit()
    #expect(try DocumentReader.results(path).count == 100)
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 20)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let cut = try folder.file("cut.jsonl.zst", Array(bytes[..<count]))
      #expect(throws: FormatError.self) { try DocumentReader.results(cut) }
    }
  }

  @Test(arguments: ["d.jsonl.zst", "d.txt.zst"])
  func aDamagedStreamStaysDamaged(_ name: String) throws {
    let frame = ZstdFrame.compress(Array("{\"text\":\"a\"}\n".utf8), level: 3)
    let path = try folder.file(name, Array(frame.dropLast()))
    let reader = try DocumentReader(file: InputFiles.resolve([path])[0])
    for _ in 0..<3 { #expect(throws: FormatError.self) { try reader.next() } }
  }

  @Test func aFileOfAnotherSizeThanListed() throws {
    let path = try folder.file("d.jsonl", "{\"text\":\"a\"}\n")
    let file = try InputFiles.resolve([path])[0]
    try folder.file("d.jsonl", "{\"text\":\"a\"}\n\n")
    #expect(
      throws: FormatError(
        .mismatch(expected: "13 bytes, as when it was listed", found: "14"), field: "file", file: path)
    ) {
      try DocumentReader(file: file)
    }
  }

  @Test func metadataIsAlwaysOneObjectWithTheValuesThatStood() throws {
    let path = try folder.file("d.jsonl", #"{"a":{"b" : [1]},"text":"t","c\"":"\u00e9"}"#)
    let metadata = try #require(try DocumentReader.results(path).first?.record?.metadata)
    #expect(try JSONValue.parse(metadata) == ["a": ["b": [1]], "c\"": "é"])
  }
}
