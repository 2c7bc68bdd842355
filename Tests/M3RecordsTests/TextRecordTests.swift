import M3Bytes
import M3Records
import Testing

struct TextRecordTests {
  private let folder = TemporaryFolder()

  private func reader(
    _ name: String, _ contents: String, level: TextLevel, fields: DocumentFields = DocumentFields(),
    range: Range<UInt64>? = nil, firstLine: Int = 1
  ) throws -> TextRecordReader {
    let path = try folder.file(name, contents)
    let file = InputFile(
      path: path, name: name, format: try InputFormat(name: name), byteCount: try FilePaths.size(path))
    return try TextRecordReader(file: file, range: range, firstLine: firstLine, level: level, fields: fields)
  }

  private func line(_ record: TextRecord?) -> String? {
    record.map { record in
      var bytes: [UInt8] = []
      record.appendLine(to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func aDocumentKeepsItsMembersByteForByte() throws {
    let fields = DocumentFields(text: "body", id: "key")
    let source = try reader(
      "d.jsonl", #"{"url":"\u0041", "body":"a \u00e9\n","n":1.50e0,"key":7,"t":[ 1,{} ]}"#, level: .document,
      fields: fields)
    let record = try source.next()?.record
    #expect(record?.id == "7")
    #expect(record?.text == "a é\n")
    #expect(line(record) == #"{"key":"7","body":"a é\n","url":"\u0041","n":1.50e0,"t":[ 1,{} ]}"# + "\n")
  }

  @Test func aDocumentOfTextAlone() throws {
    let record = try reader("d.jsonl", #"{"text":"x"}"#, level: .document).next()?.record
    #expect(line(record) == #"{"id":"d.jsonl:1","text":"x"}"# + "\n")
    #expect(line(record?.withText("y \"z\"")) == #"{"id":"d.jsonl:1","text":"y \"z\""}"# + "\n")
  }

  @Test func aLineReadBackIsTheSameDocument() throws {
    let first = try #require(
      try reader("a.jsonl", #"{"n":1,"id":"i","text":"x\ty","m":null}"#, level: .document).next()?.record)
    let again = try reader("b.jsonl", line(first) ?? "", level: .document).next()?.record
    #expect(line(again) == line(first))
  }

  @Test func aPlainTextIsADocument() throws {
    let record = try reader("a.txt", "one\ntwo", level: .document).next()?.record
    #expect(line(record) == #"{"id":"a.txt","text":"one\ntwo"}"# + "\n")
  }

  @Test func referencesOfARange() throws {
    let lines = (0..<3).map { index in
      var bytes: [UInt8] = []
      Reference(
        id: "d#\(index)", text: "t\(index)", documentID: "d", chunk: index, start: index, end: index + 2, tokenCount: 4
      ).appendLine(to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    let start = UInt64(lines[0].utf8.count)
    let end = start + UInt64(lines[1].utf8.count)
    let source = try reader(
      "r.jsonl", lines.joined(), level: .reference, range: start..<end, firstLine: 2)
    let record = try source.next()?.record
    #expect(line(record) == lines[1])
    #expect(record?.tokenCount == 4)
    #expect(record?.place == RecordPlace(file: "r.jsonl", line: 2, byteOffset: start, byteCount: end - start - 1))
    #expect(try source.next() == nil)
  }

  @Test func aDocumentIsNoReference() throws {
    let result = try reader("d.jsonl", #"{"id":"a","text":"x"}"#, level: .reference).next()
    guard case .bad(_, let error, let place)? = result else {
      Issue.record("\(String(describing: result))")
      return
    }
    #expect(error.rejectionReason == "missing_document_id")
    #expect(place.line == 1)
  }
}
