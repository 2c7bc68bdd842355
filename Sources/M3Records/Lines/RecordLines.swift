import M3Bytes
import M3JSON
import M3Streams

/// Reads records that are JSON objects, one a line: what documents and references share.
///
/// Empty lines are passed over and counted.
final class RecordLines {
  private let lines: LineReader
  private let file: String
  private let maximumRecordBytes: Int
  private var scanner = JSONScanner(UnsafeBufferPointer(start: nil, count: 0), limits: RecordLines.limits)
  private static let limits = JSONLimits(maximumKeys: 1 << 16)

  init(
    source: any ByteSource, file: String, maximumRecordBytes: Int, byteOffset: UInt64 = 0, firstLine: Int = 1
  ) {
    lines = LineReader(source, maximumLineBytes: maximumRecordBytes, byteOffset: byteOffset, firstLine: firstLine)
    self.file = file
    self.maximumRecordBytes = maximumRecordBytes
  }

  /// - Parameter body: reads one record from the scanner, up to its end; offsets in its errors are
  ///   those in the line.
  func next<R>(_ body: (inout JSONScanner, RecordPlace) throws(FormatError) -> R) throws -> RecordResult<R>? {
    while let line = try lines.next() {
      switch line {
      case .line(let bytes, _, _) where bytes.isEmpty:
        continue
      case .line(let bytes, let number, let byteOffset):
        let place = RecordPlace(
          file: file, line: number, byteOffset: byteOffset, byteCount: UInt64(bytes.count))
        scanner.restart(bytes)
        do throws(FormatError) {
          let record = try body(&scanner, place)
          try scanner.end()
          return .record(record)
        } catch {
          return .bad(raw: Array(bytes.prefix(LineReader.rawLimit)), error: located(error, place), place: place)
        }
      case .tooLong(let beginning, let byteCount, let number, let byteOffset):
        let place = RecordPlace(file: file, line: number, byteOffset: byteOffset, byteCount: byteCount)
        let error = FormatError(
          .outOfRange(found: "\(byteCount) bytes", allowed: "at most \(maximumRecordBytes)"), field: "record")
        return .bad(raw: beginning, error: located(error, place), place: place)
      }
    }
    return nil
  }

  private func located(_ error: FormatError, _ place: RecordPlace) -> FormatError {
    var error = error.offset(by: place.byteOffset).inFile(place.file)
    error.line = place.line
    return error
  }
}

extension JSONScanner {
  /// Reads a string that must not hold U+0000: tools in C end a text there.
  mutating func text(_ field: String) throws(FormatError) -> String {
    let kind = try nextKind()
    let start = position
    guard kind == .string else {
      throw FormatError(.malformed("a string expected"), field: field, at: UInt64(start))
    }
    let token = try scanString()
    guard !token.hasNUL else { throw FormatError(.unsupported(found: "U+0000"), field: field, at: UInt64(start)) }
    return string(token)
  }
}
