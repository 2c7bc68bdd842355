import M3Bytes

/// The bytes of a range of a file in order.
final class RangeSource: ByteSource {
  private let file: ReadableFile
  private var remaining: Range<UInt64>

  /// - Throws: ``FileError``.
  init(path: String, range: Range<UInt64>) throws(FileError) {
    file = try ReadableFile(path: path)
    remaining = range
  }

  /// - Throws: ``FileError``; ``FormatError`` `truncated` where the file ends inside the range.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = Int(min(UInt64(buffer.count), remaining.upperBound - remaining.lowerBound))
    let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    let got = try file.read(into: piece, at: remaining.lowerBound)
    remaining = remaining.lowerBound + UInt64(got)..<remaining.upperBound
    guard got == count else {
      throw FormatError(
        .truncated(needed: remaining.upperBound - remaining.lowerBound, available: 0), field: "range of the file",
        at: remaining.lowerBound, file: file.path)
    }
    return got
  }
}
