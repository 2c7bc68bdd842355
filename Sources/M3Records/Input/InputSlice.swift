/// A file, or a range of one: what a task reads.
public struct InputSlice: Sendable, Equatable {
  public var file: InputFile
  /// Bytes of a plain file of JSON lines, from a line's first byte; nil for the whole file.
  public var range: Range<UInt64>?

  public init(file: InputFile, range: Range<UInt64>? = nil) {
    self.file = file
    self.range = range
  }

  /// Bytes on disk.
  public var byteCount: UInt64 { range.map { $0.upperBound - $0.lowerBound } ?? file.byteCount }
}
