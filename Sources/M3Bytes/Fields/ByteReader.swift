/// A bounds-checked cursor over little-endian bytes in memory.
///
/// Every read names its field, so that an error says what was being read and where.
public struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  /// Offset of the first byte in the file, added to the offsets of errors.
  public let base: UInt64
  public private(set) var position = 0

  /// - Parameter bytes: must outlive the reader.
  public init(_ bytes: UnsafeRawBufferPointer, base: UInt64 = 0) {
    self.bytes = bytes
    self.base = base
  }

  /// Reads an array of bytes.
  /// - Throws: what `body` throws.
  public static func read<Value>(
    _ bytes: [UInt8], _ body: (inout ByteReader) throws(FormatError) -> Value
  ) throws(FormatError) -> Value {
    let result = bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      do throws(FormatError) {
        return Result<Value, FormatError>.success(try body(&reader))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  public var count: Int { bytes.count }
  public var remaining: Int { bytes.count - position }
  /// The cursor's offset in the file.
  public var byteOffset: UInt64 { base + UInt64(position) }

  /// Reads a little-endian integer.
  /// - Throws: ``FormatError`` `truncated`.
  public mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self, _ field: String) throws(FormatError) -> T
  {
    let size = MemoryLayout<T>.size
    try require(size, field)
    defer { position += size }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: T.self))
  }

  /// Reads `count` bytes without copying; the slice lives as long as the reader's bytes.
  public mutating func slice(_ count: Int, _ field: String) throws(FormatError) -> UnsafeRawBufferPointer {
    try require(count, field)
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// Reads a UTF-8 string of `count` bytes.
  /// - Throws: ``FormatError`` `truncated`, or `malformed` where the bytes are not UTF-8.
  public mutating func string(_ count: Int, _ field: String) throws(FormatError) -> String {
    let offset = byteOffset
    let slice = try slice(count, field)
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw FormatError(.malformed("not UTF-8"), field: field, at: offset)
    }
    return text
  }

  public mutating func skip(_ count: Int, _ field: String) throws(FormatError) {
    try require(count, field)
    position += count
  }

  /// Reads a magic and a version, each of which must be the one that is known.
  /// - Throws: ``FormatError`` `truncated`, `wrongMagic`, `unsupportedVersion`.
  public mutating func header(magic: [UInt8], version: UInt32) throws(FormatError) {
    let found = try slice(magic.count, "magic")
    guard found.elementsEqual(magic) else {
      throw FormatError(.wrongMagic(found: Hexadecimal.string(found)), field: "magic", at: base)
    }
    let offset = byteOffset
    let foundVersion = try integer(UInt32.self, "version")
    guard foundVersion == version else {
      throw FormatError(
        .unsupportedVersion(found: "\(foundVersion)", supported: "\(version)"), field: "version", at: offset)
    }
  }

  /// Reads `count` float32 values, all of them finite.
  /// - Throws: ``FormatError`` `truncated`, or `outOfRange` with the offset of the first that is not finite.
  public mutating func floats(_ count: Int, _ field: String) throws(FormatError) -> [Float] {
    let offset = byteOffset
    let slice = try slice(4 * count, field)
    let values = (0..<count).map {
      Float(bitPattern: UInt32(littleEndian: slice.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw FormatError(
        .outOfRange(found: "\(values[bad])", allowed: "finite"), field: field, at: offset + UInt64(4 * bad))
    }
    return values
  }

  /// Reads an XXH3-64 and compares it with that of all bytes before it.
  /// - Throws: ``FormatError`` `truncated` or `checksumMismatch`.
  public mutating func checksum(_ field: String) throws(FormatError) {
    let offset = byteOffset
    let found = XXH3.hash64(UnsafeRawBufferPointer(rebasing: bytes[..<position]))
    let stored = try integer(UInt64.self, field)
    guard stored == found else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(stored), found: Hexadecimal.string(found)), field: field,
        at: offset)
    }
  }

  /// Refuses bytes behind the last field.
  public func end(_ field: String) throws(FormatError) {
    guard remaining == 0 else {
      throw FormatError(.malformed("\(remaining) bytes too many"), field: field, at: byteOffset)
    }
  }

  private func require(_ count: Int, _ field: String) throws(FormatError) {
    guard count >= 0, count <= remaining else {
      throw FormatError(
        .truncated(needed: UInt64(clamping: count), available: UInt64(remaining)), field: field, at: byteOffset)
    }
  }
}
