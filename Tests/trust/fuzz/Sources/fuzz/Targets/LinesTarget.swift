import M3Bytes
import M3JSON
import M3Records
import M3TestSupport

/// JSON lines and plain text: the first byte chooses documents, references or a text, and how long a record may be.
enum LinesTarget: FuzzTarget {
  static let name = "lines"

  static var seeds: [[UInt8]] {
    let documents = """
      {"id":"a","text":"one","title":"T","n":1.50}
      {"text":"two","title":null,"id":7}\r

      {"text":"three","meta":{"x":[1,2]}}
      not json
      """
    let reference =
      #"{"id":"a#0","text":"one","document_id":"a","chunk":0,"start":0,"end":3,"token_count":1,"token_ids":[5],"#
      + #""metadata":{"k":"v"}}"#
    return [[0] + documents.utf8, [0xEF, 0xBB, 0xBF] + documents.utf8, [1] + (reference + "\n" + reference).utf8]
      .map { Array($0) } + [[2] + Array("a plain text\nof two lines".utf8), [4] + Array(documents.utf8)]
  }

  static func run(_ bytes: [UInt8]) throws {
    guard let choice = bytes.first else { return }
    let content = Array(bytes.dropFirst())
    let limit = choice & 4 == 0 ? 1 << 16 : 40
    switch choice & 3 {
    case 1: try references(content, limit: limit)
    case 2: try documents(content, "input.txt", limit: limit)
    default: try documents(content, "input.jsonl", limit: limit)
    }
  }

  /// Lines that a reader must account for: those that hold more than their end.
  private static func lineCount(_ content: [UInt8]) -> Int {
    let mark = content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var lines = Array(content[mark...]).parts(separatedBy: 0x0A)
    let last = lines.removeLast()
    return lines.count { !$0.isEmpty && $0 != [0x0D] } + (last.isEmpty ? 0 : 1)
  }

  private static func documents(_ content: [UInt8], _ name: String, limit: Int) throws {
    let path = ScratchFiles.write(content, to: name)
    let format = try InputFormat(name: name)
    let file = InputFile(path: path, name: name, format: format, byteCount: UInt64(content.count))
    let fields = DocumentFields(title: "title")
    let reader = try DocumentReader(file: file, fields: fields, maximumRecordBytes: limit)
    var count = 0
    while let result = try reader.next() {
      count += 1
      switch result {
      case .bad(let raw, let error, let place): try check(raw, error, place, content, reader.rawRecords)
      case .record(let document):
        if format == .jsonLines { try check(document, fields) }
        expect(document.place.byteOffset + document.place.byteCount <= content.count, "a record beyond the file")
      }
    }
    let expected = format == .jsonLines ? lineCount(content) : 1
    expect(count == expected, "\(count) records of \(expected) lines")
  }

  /// What a document is written as reads back as the same.
  private static func check(_ document: Document, _ fields: DocumentFields) throws {
    var line: [UInt8] = []
    TextRecord(document, fields: fields).appendLine(to: &line)
    let value = try JSONValue.parse(line, limits: JSONLimits(maximumDepth: 65))
    expect(value.objectValue?["text"]?.stringValue?.utf8.elementsEqual(document.text.utf8) == true, "another text")
    expect(value.objectValue?["id"]?.stringValue?.utf8.elementsEqual(document.id.utf8) == true, "another id")
    expect(try JSONValue.parse(document.metadata).objectValue != nil, "metadata that is no object")
  }

  private static func check(
    _ raw: [UInt8], _ error: FormatError, _ place: RecordPlace, _ content: [UInt8], _ records: RawRecordReader
  ) throws {
    let end = Int(place.byteOffset + place.byteCount)
    expect(end <= content.count, "a bad record beyond the file")
    expect(content[Int(place.byteOffset)..<end].starts(with: raw), "other bytes of a bad record")
    expect(error.line != nil && error.file != nil && error.byteOffset != nil, "an error without its place: \(error)")
    expect(!error.rejectionReason.isEmpty, "no reason")
    if records.maximumRecordBytes > 1 << 10 { expect(try records.bytes(at: place) == raw, "other bytes read again") }
  }

  private static func references(_ content: [UInt8], limit: Int) throws {
    let path = ScratchFiles.write(content, to: "part-00000.jsonl")
    let reader = try ReferenceReader(path: path, maximumRecordBytes: limit)
    var count = 0
    while let result = try reader.next() {
      count += 1
      switch result {
      case .bad(let raw, let error, let place): try check(raw, error, place, content, reader.rawRecords)
      case .record(let reference):
        var line: [UInt8] = []
        reference.appendLine(to: &line)
        let again = try ReferenceReader(path: ScratchFiles.write(line, to: "again.jsonl")).next()
        guard case .record(let found)? = again else { return expect(false, "a reference that does not read back") }
        expect(found == reference && found.text.utf8.elementsEqual(reference.text.utf8), "another reference")
      }
    }
    expect(count == lineCount(content), "\(count) references of \(lineCount(content)) lines")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    guard let choice = bytes.first, !random.once(in: 2) else { return Mutation.bytes(bytes, limit: limit) }
    var lines = Array(bytes.dropFirst()).parts(separatedBy: 0x0A)
    let place = random.integer(below: lines.count)
    lines[place] = JSONMutation.mutate(
      lines[place], limit: lines[place].count + 64, style: .compact, random: &random)
    return [choice] + lines.joined(separator: [0x0A])
  }
}
