public import M3Bytes

/// Where a record stands.
public struct RecordPlace: Sendable, Equatable {
  /// The name of the input file.
  public var file: String
  /// The line from 1; 1 for a document that is a file.
  public var line: Int
  /// Offset of the record's first byte in the decompressed file.
  public var byteOffset: UInt64
  /// Bytes of the record there, the line's end left out.
  public var byteCount: UInt64

  public init(file: String, line: Int, byteOffset: UInt64, byteCount: UInt64) {
    self.file = file
    self.line = line
    self.byteOffset = byteOffset
    self.byteCount = byteCount
  }
}

/// A record, or what stands in its place.
public enum RecordResult<R> {
  case record(R)
  /// A record that cannot be used: its bytes (the first 64 KiB of them; a ``RawRecordReader`` has the rest), why, and
  /// where. The reader goes on behind it.
  case bad(raw: [UInt8], error: FormatError, place: RecordPlace)
}

extension RecordResult: Sendable where R: Sendable {}
