/// Reads the documents or the references of one file, or of a range of its lines.
public final class TextRecordReader: RecordSource {
  private enum Reader {
    case documents(DocumentReader, DocumentFields)
    case references(ReferenceReader)
  }

  private let reader: Reader

  /// - Parameters:
  ///   - range: bytes of a plain file of JSON lines, from a line's first byte to behind a line's end; nil for the whole file.
  ///   - firstLine: the number of the line that the range begins with.
  ///   - fields: the names in documents; references have theirs.
  /// - Throws: what ``DocumentReader`` and ``ReferenceReader`` throw.
  public init(
    file: InputFile, range: Range<UInt64>? = nil, firstLine: Int = 1, level: TextLevel,
    fields: DocumentFields = DocumentFields()
  ) throws {
    switch level {
    case .document:
      reader = .documents(
        try DocumentReader(file: file, range: range, firstLine: firstLine, fields: fields), fields)
    case .reference:
      reader = .references(
        try ReferenceReader(path: file.path, name: file.name, range: range, firstLine: firstLine))
    }
  }

  public var rawRecords: RawRecordReader {
    switch reader {
    case .documents(let documents, _): documents.rawRecords
    case .references(let references): references.rawRecords
    }
  }

  public func next() throws -> RecordResult<TextRecord>? {
    switch reader {
    case .documents(let documents, let fields):
      switch try documents.next() {
      case nil: return nil
      case .bad(let raw, let error, let place): return .bad(raw: raw, error: error, place: place)
      case .record(let document): return .record(TextRecord(document, fields: fields))
      }
    case .references(let references):
      switch try references.next() {
      case nil: return nil
      case .bad(let raw, let error, let place): return .bad(raw: raw, error: error, place: place)
      case .record(let reference):
        guard let place = references.place else { preconditionFailure("a reference without a place") }
        return .record(TextRecord(reference, place: place))
      }
    }
  }
}
