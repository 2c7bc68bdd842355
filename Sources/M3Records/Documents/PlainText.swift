import M3Bytes
import M3JSON

/// A document that is a file of its own.
enum PlainText {
  /// The file's text, a byte order mark at its start left out and nothing else changed.
  static func read(_ source: any ByteSource, file: String, maximumBytes: Int) throws -> RecordResult<Document> {
    let place = RecordPlace(file: file, line: 1, byteOffset: 0)
    func bad(_ bytes: [UInt8], _ problem: FormatError.Problem, at offset: Int = 0) -> RecordResult<Document> {
      let line = 1 + bytes[..<offset].count { $0 == 0x0A }
      let error = FormatError(problem, field: "text", at: UInt64(offset), line: line, file: file)
      return .bad(raw: Array(bytes.prefix(LineReader.rawLimit)), error: error, place: place)
    }

    let bytes = try contents(source, limit: maximumBytes)
    if bytes.count > maximumBytes {
      return bad(bytes, .outOfRange(found: "more than \(maximumBytes) bytes", allowed: "at most \(maximumBytes)"))
    }
    if let offset = bytes.firstIndex(of: 0) { return bad(bytes, .unsupported(found: "U+0000"), at: offset) }
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let offset = bytes.withUnsafeBufferPointer(UTF8Scanner.firstInvalid) {
      return bad(bytes, .malformed("not UTF-8"), at: offset)
    }
    let text = bytes.withUnsafeBufferPointer { UTF8Scanner.string(valid: UnsafeBufferPointer(rebasing: $0[mark...])) }
    return .record(Document(id: file, text: text, place: place))
  }

  /// All bytes of a stream, or some more than `limit` of them.
  private static func contents(_ source: any ByteSource, limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while bytes.count <= limit {
      let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
      if count == 0 { break }
      bytes.append(contentsOf: piece[..<count])
    }
    return bytes
  }
}
