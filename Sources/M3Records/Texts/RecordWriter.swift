public import M3Bytes

/// Writes the records of one part file of a text stage: JSON lines in zstd.
///
/// The file appears with ``commit()`` or not at all.
public final class RecordWriter {
  private let file: ZstdWriter
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 18

  /// - Throws: ``FileError`` `create`.
  public init(path: String) throws(FileError) {
    file = try ZstdWriter(path: path)
  }

  /// - Throws: ``FileError`` `write`.
  public func write(_ reference: Reference) throws {
    reference.appendLine(to: &buffer)
    try flush(over: RecordWriter.bufferSize)
  }

  /// - Throws: ``FileError`` `write`.
  public func write(_ record: TextRecord) throws {
    record.appendLine(to: &buffer)
    try flush(over: RecordWriter.bufferSize)
  }

  /// - Parameter line: JSON, with its line feed.
  /// - Throws: ``FileError`` `write`.
  public func write(line: [UInt8]) throws {
    buffer += line
    try flush(over: RecordWriter.bufferSize)
  }

  /// - Returns: the SHA-256 and the size of the compressed file.
  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  public func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try flush(over: 1)
    return try file.commit()
  }

  private func flush(over size: Int) throws {
    guard buffer.count >= size else { return }
    try file.write(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}
