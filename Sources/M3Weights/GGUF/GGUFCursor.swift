import M3Bytes

/// A bounds-checked cursor over the front of a GGUF file.
///
/// It reads through a buffer with `pread`, so that only the part before the tensor data is ever
/// read. Each read names its field, which is composed only where an error needs it: a vocabulary
/// has some 100,000 strings.
struct GGUFCursor {
  /// Offset in the file of the next byte.
  private(set) var position: UInt64 = 0

  private let file: ReadableFile
  private var buffer: [UInt8]
  private var bufferOffset: UInt64 = 0
  private var bufferCount = 0

  private static let bufferSize = 1 << 16

  init(_ file: ReadableFile) {
    self.file = file
    buffer = [UInt8](repeating: 0, count: min(GGUFCursor.bufferSize, Int(clamping: file.size)))
  }

  var fileSize: UInt64 { file.size }

  /// Refuses `count` things of at least `size` bytes each unless they fit in what is left.
  /// - Parameter offset: Where an error points. The default is the cursor's position.
  /// - Throws: ``FormatError`` `overflow`, `truncated`, or `outOfRange` for a header that is too long.
  func require(_ count: UInt64, of size: Int, at offset: UInt64? = nil, _ field: @autoclosure () -> String) throws {
    let (needed, overflow) = count.multipliedReportingOverflow(by: UInt64(size))
    guard !overflow else { throw FormatError(.overflow, field: field(), at: offset ?? position) }
    guard needed <= file.size - position else {
      throw FormatError(
        .truncated(needed: needed, available: file.size - position), field: field(), at: offset ?? position)
    }
    guard needed <= GGUFFormat.headerByteLimit - position else {
      throw FormatError(
        .outOfRange(
          found: "\(position + needed) bytes before the tensor data", allowed: "\(GGUFFormat.headerByteLimit)"),
        field: field(), at: offset ?? position)
    }
  }

  /// Reads a little-endian integer.
  mutating func integer<T: FixedWidthInteger>(_ field: @autoclosure () -> String) throws -> T {
    let size = MemoryLayout<T>.size
    try require(1, of: size, field())
    try fill(size, field())
    let value = buffer.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: Int(position - bufferOffset), as: T.self)
    }
    position += UInt64(size)
    return T(littleEndian: value)
  }

  /// Reads `count` bytes.
  mutating func bytes(_ count: UInt64, _ field: @autoclosure () -> String) throws -> [UInt8] {
    try require(count, of: 1, field())
    // The limit on the header keeps `count` far below Int.max.
    let count = Int(count)
    var result: [UInt8] = []
    result.reserveCapacity(count)
    while result.count < count {
      try fill(1, field())
      let start = Int(position - bufferOffset)
      let piece = min(count - result.count, bufferCount - start)
      result.append(contentsOf: buffer[start..<start + piece])
      position += UInt64(piece)
    }
    return result
  }

  /// Reads a u64 length and as many bytes, which must be UTF-8 and at most `limit`.
  mutating func string(
    limit: UInt64 = GGUFFormat.headerByteLimit, _ field: @autoclosure () -> String
  ) throws -> [UInt8] {
    let lengthOffset = position
    let length: UInt64 = try integer(field())
    guard length <= limit else {
      throw FormatError(
        .outOfRange(found: "length \(length)", allowed: "\(limit)"), field: field(), at: lengthOffset)
    }
    try require(length, of: 1, at: lengthOffset, field())
    let start = position
    let bytes = try bytes(length, field())
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw FormatError(.malformed("not UTF-8"), field: field(), at: start + UInt64(error.byteOffsets.lowerBound))
    }
    return bytes
  }

  /// Reads a string that serves as a name: printable ASCII without spaces, at least one byte.
  ///
  /// The format asks this of keys. Of tensor names it does not, and every known model keeps to it;
  /// it makes equal strings the same as equal bytes, and names fit to be printed.
  mutating func name(limit: UInt64, _ field: @autoclosure () -> String) throws -> String {
    let start = position + 8
    let bytes = try string(limit: limit, field())
    guard !bytes.isEmpty else { throw FormatError(.malformed("empty name"), field: field(), at: start - 8) }
    if let index = bytes.firstIndex(where: { !(0x21...0x7E).contains($0) }) {
      throw FormatError(.malformed("not printable ASCII"), field: field(), at: start + UInt64(index))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Makes the buffer hold the next `count` bytes, which `require` has shown to be in the file.
  private mutating func fill(_ count: Int, _ field: @autoclosure () -> String) throws {
    if position + UInt64(count) <= bufferOffset + UInt64(bufferCount) && position >= bufferOffset { return }
    bufferOffset = position
    bufferCount = 0
    bufferCount = try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: position) }
    guard bufferCount >= count else {
      // The file was longer when it was opened.
      throw FormatError(
        .truncated(needed: UInt64(count), available: UInt64(bufferCount)), field: field(), at: position)
    }
  }
}
