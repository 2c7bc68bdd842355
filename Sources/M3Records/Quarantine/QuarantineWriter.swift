public import M3Bytes
import M3JSON

/// Puts bad records aside, with their places and what is wrong with them: a file of JSON lines in zstd.
///
/// | key | value |
/// |---|---|
/// | `byte_count` | bytes of the record, its line's end left out |
/// | `byte_offset` | offset of its first byte in the decompressed file |
/// | `file` | name of the input file |
/// | `kind` | ``M3Bytes/FormatError/rejectionReason``: what reports count it under |
/// | `line` | number of the line from 1 |
/// | `raw` | the record's bytes, where they are UTF-8 |
/// | `raw_hex` | the same in hexadecimal, where they are not |
/// | `raw_truncated` | `true` where only the beginning of the record was kept, else not there |
/// | `reason` | the field, and what is wrong with it |
///
/// There is no file while there is no bad record, and none before ``commit()``. Memory is that of the record and some
/// more: nothing is kept of what was written.
public final class QuarantineWriter {
  private let path: String
  private var file: ZstdWriter?
  private static let pieceSize = 1 << 16

  /// The file of a task's bad records.
  public static func fileName(taskNumber: String) -> String { "quarantine-\(taskNumber).jsonl.zst" }

  /// Removes the file of an earlier run.
  /// - Throws: ``FileError``.
  public init(path: String) throws(FileError) {
    self.path = path
    try FilePaths.remove(path)
  }

  /// - Parameter raw: the record's bytes, or its beginning.
  /// - Throws: ``FileError``.
  public func write(raw: [UInt8], error: FormatError, place: RecordPlace) throws {
    let file = try self.file ?? ZstdWriter(path: path)
    self.file = file
    let isTruncated = UInt64(raw.count) < place.byteCount
    let text = QuarantineWriter.text(raw, isTruncated: isTruncated)

    var line = Array(#"{"byte_count":\#(place.byteCount),"byte_offset":\#(place.byteOffset),"file":"#.utf8)
    JSONEscapes.append(place.file, to: &line)
    line += Array(#","kind":"\#(error.rejectionReason)","line":\#(place.line),"#.utf8)
    line += Array((text == nil ? #""raw_hex":""# : #""raw":""#).utf8)
    try file.write(line)
    try writePieces(text ?? raw[...], to: file) { piece, output in
      if text == nil {
        output += Array(Hexadecimal.string(piece).utf8)
      } else {
        // The quotes are the whole text's and not a piece's.
        JSONEscapes.append(piece, to: &output)
        output.removeFirst()
        output.removeLast()
      }
    }
    line = Array((isTruncated ? #"","raw_truncated":true,"reason":"# : #"","reason":"#).utf8)
    JSONEscapes.append("\(error.field): \(error.problem)", to: &line)
    try file.write(line + Array("}\n".utf8))
  }

  /// - Returns: the SHA-256 and the size of the compressed file; nil where there was no bad record.
  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64)? {
    try file?.commit()
  }

  private func writePieces(
    _ bytes: ArraySlice<UInt8>, to file: ZstdWriter,
    encode: (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Void
  ) throws {
    var output: [UInt8] = []
    try bytes.withUnsafeBufferPointer { bytes in
      for start in stride(from: 0, to: bytes.count, by: QuarantineWriter.pieceSize) {
        output.removeAll(keepingCapacity: true)
        let end = min(bytes.count, start + QuarantineWriter.pieceSize)
        encode(UnsafeBufferPointer(rebasing: bytes[start..<end]), &output)
        try file.write(output)
      }
    }
  }

  /// The bytes where they are UTF-8; of a beginning, without the sequence that its end cuts.
  private static func text(_ raw: [UInt8], isTruncated: Bool) -> ArraySlice<UInt8>? {
    guard let invalid = raw.withUnsafeBufferPointer(UTF8Scanner.firstInvalid) else { return raw[...] }
    return isTruncated && raw.count - invalid < 4 ? raw[..<invalid] : nil
  }
}
