import M3Bytes
import M3JSON

/// A document that is a file of its own.
enum PlainText {
  /// The file's text, a byte order mark at its start left out and nothing else changed.
  static func read(_ source: any ByteSource, file: String, maximumBytes: Int) throws -> RecordResult<Document> {
    let (bytes, byteCount) = try contents(source, limit: maximumBytes)
    let place = RecordPlace(file: file, line: 1, byteOffset: 0, byteCount: byteCount)
    func bad(_ problem: FormatError.Problem, _ field: String = "text", at offset: Int = 0) -> RecordResult<Document> {
      let line = 1 + bytes[..<offset].count { $0 == 0x0A }
      let error = FormatError(problem, field: field, at: UInt64(offset), line: line, file: file)
      return .bad(raw: Array(bytes.prefix(LineReader.rawLimit)), error: error, place: place)
    }

    if byteCount > UInt64(maximumBytes) {
      return bad(.outOfRange(found: "\(byteCount) bytes", allowed: "at most \(maximumBytes)"), "record")
    }
    if let offset = bytes.firstIndex(of: 0) { return bad(.unsupported(found: "U+0000"), at: offset) }
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let offset = bytes.withUnsafeBufferPointer(UTF8Scanner.firstInvalid) {
      return bad(.malformed("not UTF-8"), at: offset)
    }
    let text = bytes.withUnsafeBufferPointer { UTF8Scanner.string(valid: UnsafeBufferPointer(rebasing: $0[mark...])) }
    return .record(Document(id: file, text: text, place: place))
  }

  /// All bytes of a stream, or the beginning of those of a longer one than `limit`; and how many there are.
  private static func contents(_ source: any ByteSource, limit: Int) throws -> (bytes: [UInt8], byteCount: UInt64) {
    var bytes: [UInt8] = []
    var byteCount: UInt64 = 0
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { return (bytes, byteCount) }
      byteCount += UInt64(count)
      if byteCount <= UInt64(max(limit, LineReader.rawLimit)) || bytes.count < LineReader.rawLimit {
        bytes.append(contentsOf: piece[..<count])
      }
    }
  }
}
