import M3Bytes
import M3JSON
import M3Streams

/// Reads the references of one file of a text stage, one in memory at a time.
///
/// Every field is checked, and an unknown one is an error. A reference that is damaged is given as
/// ``RecordResult/bad(raw:error:place:)`` and reading goes on; damage of the stream is thrown.
public final class ReferenceReader {
  /// Reads records of the file again, by their places.
  public let rawRecords: RawRecordReader
  /// Where the reference stands that ``next()`` gave last.
  public private(set) var place: RecordPlace?
  private let lines: RecordLines

  /// - Parameters:
  ///   - name: what the file is called in errors and places; the default is the last part of its path.
  ///   - range: bytes of a plain file, from a line's first byte to behind a line's end; nil for the whole file.
  ///   - firstLine: the number of the line that the range begins with.
  /// - Throws: what ``InputStreams/open(_:range:)`` throws.
  public init(
    path: String, name: String? = nil, range: Range<UInt64>? = nil, firstLine: Int = 1,
    maximumRecordBytes: Int = 64 << 20
  ) throws {
    rawRecords = try RawRecordReader(path: path, maximumRecordBytes: maximumRecordBytes)
    lines = RecordLines(
      source: try InputStreams.open(path, range: range), file: name ?? FilePaths.split(path).name,
      maximumRecordBytes: maximumRecordBytes, byteOffset: range?.lowerBound ?? 0, firstLine: firstLine)
  }

  /// - Returns: nil behind the last reference.
  /// - Throws: ``FileError``, ``FormatError`` where the stream itself is damaged.
  public func next() throws -> RecordResult<Reference>? {
    try lines.next { scanner, place throws(FormatError) in
      self.place = place
      var fields = ReferenceFields()
      try fields.read(&scanner)
      return try fields.reference()
    }
  }
}

/// The fields of a reference as they come.
private struct ReferenceFields {
  private var id: String?
  private var text: String?
  private var documentID: String?
  private var chunk: Int?
  private var start: Int?
  private var end: Int?
  private var tokenCount: Int?
  private var tokenIDs: [Int32]?
  private var metadata: [UInt8]?

  mutating func read(_ scanner: inout JSONScanner) throws(FormatError) {
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      if scanner.isKey(key, "id") {
        id = try scanner.text("id")
      } else if scanner.isKey(key, "text") {
        text = try scanner.text("text")
      } else if scanner.isKey(key, "document_id") {
        documentID = try scanner.text("document_id")
      } else if scanner.isKey(key, "chunk") {
        chunk = try scanner.count("chunk")
      } else if scanner.isKey(key, "start") {
        start = try scanner.count("start")
      } else if scanner.isKey(key, "end") {
        end = try scanner.count("end")
      } else if scanner.isKey(key, "token_count") {
        tokenCount = try scanner.count("token_count")
      } else if scanner.isKey(key, "token_ids") {
        var tokens: [Int32] = []
        try scanner.beginArray()
        while try scanner.nextElement() { tokens.append(try scanner.count("token_ids")) }
        tokenIDs = tokens
      } else if scanner.isKey(key, "metadata") {
        guard try scanner.nextKind() == .object else {
          throw FormatError(.malformed("an object expected"), field: "metadata", at: UInt64(scanner.position))
        }
        metadata = Array(scanner.bytes(in: try scanner.skipValue()))
      } else {
        let name = scanner.string(key)
        throw FormatError(
          .unsupported(found: "the field \(name.prefix(64))"), field: "reference", at: UInt64(key.range.lowerBound - 1))
      }
    }
  }

  func reference() throws(FormatError) -> Reference {
    let reference = Reference(
      id: try present(id, "id"), text: try present(text, "text"), documentID: try present(documentID, "document_id"),
      chunk: try present(chunk, "chunk"), start: try present(start, "start"), end: try present(end, "end"),
      tokenCount: try present(tokenCount, "token_count"), tokenIDs: tokenIDs,
      metadata: try present(metadata, "metadata"))
    let id = "\(reference.documentID)#\(reference.chunk)"
    guard !reference.documentID.isEmpty, reference.id.utf8.elementsEqual(id.utf8) else {
      throw FormatError(.mismatch(expected: id, found: reference.id), field: "id", at: 0)
    }
    guard reference.start <= reference.end else {
      throw FormatError(
        .outOfRange(found: "\(reference.start)", allowed: "at most the end, \(reference.end)"), field: "start", at: 0)
    }
    if let tokenIDs, tokenIDs.count != reference.tokenCount {
      throw FormatError(
        .mismatch(expected: "\(reference.tokenCount) tokens", found: "\(tokenIDs.count)"), field: "token_ids", at: 0)
    }
    return reference
  }

  private func present<Value>(_ value: Value?, _ field: String) throws(FormatError) -> Value {
    guard let value else { throw FormatError(.missing("field"), field: field, at: 0) }
    return value
  }
}

extension JSONScanner {
  /// Reads an integer that is not negative.
  fileprivate mutating func count<Value: FixedWidthInteger>(_ field: String) throws(FormatError) -> Value {
    let kind = try nextKind()
    let start = UInt64(position)
    guard kind == .number else { throw FormatError(.malformed("an integer expected"), field: field, at: start) }
    let number = try scanNumber()
    guard let value = integer(number).flatMap(Value.init(exactly:)), value >= 0 else {
      let found = text(of: number).prefix(64)
      throw FormatError(
        .outOfRange(found: String(found), allowed: "integers 0...\(Value.max)"), field: field, at: start)
    }
    return value
  }
}
