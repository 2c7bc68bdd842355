package import M3Bytes
import M3JSON
import M3Streams

/// Reads the documents of one file or of a range of its lines, one in memory at a time.
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

  /// Reads records of the file again, by their places.
  public let rawRecords: RawRecordReader
  private let file: String
  private let fields: DocumentFields
  private var content: Content
  private var metadata = MetadataWriter()

  /// Bytes of a record at most: 64 MiB.
  public static let defaultMaximumRecordBytes = 64 << 20

  /// - Parameters:
  ///   - range: bytes of a file of JSON lines that is not compressed, from a line's first byte to behind a line's end;
  ///     nil for the whole file.
  ///   - firstLine: the number of the line that the range begins with.
  /// - Throws: ``FileError``; ``FormatError`` `duplicate` where a field name stands for two things,
  ///   `mismatch` where the file has another size than when it was listed, `unsupported` for a range of plain text,
  ///   and what ``InputStreams/open(_:range:)`` throws.
  public convenience init(
    file: InputFile, range: Range<UInt64>? = nil, firstLine: Int = 1, fields: DocumentFields = DocumentFields(),
    maximumRecordBytes: Int = DocumentReader.defaultMaximumRecordBytes
  ) throws {
    let rawRecords = try RawRecordReader(path: file.path, maximumRecordBytes: maximumRecordBytes)
    guard rawRecords.byteCount == file.byteCount else {
      throw FormatError(
        .mismatch(expected: "\(file.byteCount) bytes, as when it was listed", found: "\(rawRecords.byteCount)"),
        field: "file", file: file.path)
    }
    guard range == nil || file.format == .jsonLines else {
      throw FormatError(.unsupported(found: "a range of plain text"), field: "range of the file", file: file.path)
    }
    try self.init(
      source: InputStreams.open(file.path, range: range), rawRecords: rawRecords, file: file.name, format: file.format,
      byteOffset: range?.lowerBound ?? 0, firstLine: firstLine, fields: fields)
  }

  /// Reads documents from any source.
  package init(
    source: any ByteSource, rawRecords: RawRecordReader, file: String, format: InputFormat, byteOffset: UInt64 = 0,
    firstLine: Int = 1, fields: DocumentFields = DocumentFields()
  ) throws(FormatError) {
    try fields.check()
    self.rawRecords = rawRecords
    self.file = file
    self.fields = fields
    switch format {
    case .jsonLines:
      content = .lines(
        RecordLines(
          source: source, file: file, maximumRecordBytes: rawRecords.maximumRecordBytes, byteOffset: byteOffset,
          firstLine: firstLine))
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
        let document = try PlainText.read(source, file: file, maximumBytes: rawRecords.maximumRecordBytes)
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
