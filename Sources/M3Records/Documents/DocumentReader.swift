import M3Bytes
import M3JSON
import M3Streams

/// Reads the documents of one file, one in memory at a time.
///
/// Of a file of JSON lines each line is a document: an object with a text and perhaps an id, a title and
/// anything else. Of a plain text file the whole is one, and its id is the file's name. A document that
/// is damaged is given as ``RecordResult/bad(raw:error:place:)`` and reading goes on; damage of the
/// stream (a truncated archive, a file that changed) is thrown and ends it.
///
/// Memory is bounded by about twice `maximumRecordBytes`, whatever the file holds: the line, and what
/// is made of it.
public final class DocumentReader {
  private enum Content {
    case lines(RecordLines)
    case text(any ByteSource)
    case failed(any Error)
    case done
  }

  private let file: InputFile
  private let fields: DocumentFields
  private let maximumRecordBytes: Int
  private var content: Content
  private var metadata = MetadataWriter()

  /// - Throws: ``FileError``; ``FormatError`` `duplicate` where a field name stands for two things,
  ///   `mismatch` where the file has another size than when it was listed, and what
  ///   ``InputStreams/open(_:)`` throws.
  public init(file: InputFile, fields: DocumentFields = DocumentFields(), maximumRecordBytes: Int = 64 << 20) throws {
    try fields.check()
    let byteCount = try FilePaths.size(file.path)
    guard byteCount == file.byteCount else {
      throw FormatError(
        .mismatch(expected: "\(file.byteCount) bytes, as when it was listed", found: "\(byteCount)"),
        field: "file", file: file.path)
    }
    self.file = file
    self.fields = fields
    self.maximumRecordBytes = maximumRecordBytes
    let source = try InputStreams.open(file.path)
    switch file.format {
    case .jsonLines:
      content = .lines(RecordLines(source: source, file: file.name, maximumRecordBytes: maximumRecordBytes))
    case .plainText:
      content = .text(source)
    }
  }

  /// - Returns: nil behind the last document.
  /// - Throws: ``FileError``, ``FormatError`` where the stream itself is damaged; then again at each call.
  public func next() throws -> RecordResult<Document>? {
    switch content {
    case .done:
      return nil
    case .text(let source):
      do {
        let document = try PlainText.read(source, file: file.name, maximumBytes: maximumRecordBytes)
        content = .done
        return document
      } catch {
        content = .failed(error)
        throw error
      }
    case .failed(let error):
      throw error
    case .lines(let lines):
      return try lines.next { scanner, place throws(FormatError) in try read(&scanner, place) }
    }
  }

  private func read(_ scanner: inout JSONScanner, _ place: RecordPlace) throws(FormatError) -> Document {
    var text: String?
    var id: String?
    var title: String?
    metadata.restart()
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if scanner.isKey(key, fields.text) {
        text = try scanner.text(fields.text)
      } else if scanner.isKey(key, fields.id) {
        id = try identifier(&scanner)
      } else if let field = fields.title, scanner.isKey(key, field), try scanner.nextKind() != .null {
        let start = scanner.position
        title = try scanner.text(field)
        metadata.append(key, start..<scanner.position)
      } else {
        metadata.append(key, try scanner.skipValue())
      }
    }
    guard let text else { throw FormatError(.missing("field"), field: fields.text, at: 0) }
    return Document(
      id: id ?? "\(place.file):\(place.line)", text: text, title: title, metadata: metadata.bytes(of: scanner),
      place: place)
  }

  private func identifier(_ scanner: inout JSONScanner) throws(FormatError) -> String {
    let kind = try scanner.nextKind()
    let start = scanner.position
    switch kind {
    case .string:
      let id = try scanner.text(fields.id)
      if !id.isEmpty { return id }
    case .number:
      let number = try scanner.scanNumber()
      if number.isInteger { return scanner.text(of: number) }
    default:
      break
    }
    throw FormatError(
      .malformed("a string that is not empty, or an integer, expected"), field: fields.id, at: UInt64(start))
  }
}
