import M3Bytes

/// Where one record lies in its shard.
public struct ShardEntry: Sendable, Equatable {
  /// The record number: shard number << 20 | position.
  public let number: UInt64
  /// Offset of the record's zstd frame in the file.
  public let offset: UInt64
  /// Bytes of the frame.
  public let compressedLength: Int
  /// Bytes of the record when it is decompressed.
  public let rawLength: Int
  /// UTF-8 bytes of the record's text.
  public let textLength: Int
  /// XXH3-64 of the frame's compressed bytes.
  let sum: UInt64

  /// The seed that ties a frame to its place and its bank.
  static func seed(number: UInt64, offset: UInt64, bankSeed: UInt64) -> UInt64 {
    number ^ offset ^ bankSeed
  }

  func append(to writer: inout ByteWriter) {
    writer.integer(number)
    writer.integer(offset)
    writer.integer(UInt32(compressedLength))
    writer.integer(UInt32(rawLength))
    writer.integer(UInt32(textLength))
    writer.integer(UInt32(0))  // flags
    writer.integer(sum)
  }

  init(number: UInt64, offset: UInt64, compressedLength: Int, rawLength: Int, textLength: Int, sum: UInt64) {
    self.number = number
    self.offset = offset
    self.compressedLength = compressedLength
    self.rawLength = rawLength
    self.textLength = textLength
    self.sum = sum
  }

  /// Reads an entry whose place in an index has been validated already.
  init(validated bytes: UnsafeRawBufferPointer, at offset: Int) {
    func integer<T: FixedWidthInteger>(_ position: Int, as type: T.Type) -> T {
      T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + position, as: T.self))
    }
    number = integer(0, as: UInt64.self)
    self.offset = integer(8, as: UInt64.self)
    compressedLength = Int(integer(16, as: UInt32.self))
    rawLength = Int(integer(20, as: UInt32.self))
    textLength = Int(integer(24, as: UInt32.self))
    sum = integer(32, as: UInt64.self)
  }

  /// Parses an entry that must have this number and begin at this offset, and that must end no
  /// later than the index begins.
  init(
    parsing reader: inout ByteReader, number expectedNumber: UInt64, offset expectedOffset: UInt64, indexOffset: UInt64
  ) throws(FormatError) {
    let start = reader.byteOffset
    number = try reader.integer(UInt64.self, "record number")
    guard number == expectedNumber else {
      throw FormatError(.mismatch(expected: "\(expectedNumber)", found: "\(number)"), field: "record number", at: start)
    }
    offset = try reader.integer(UInt64.self, "record offset")
    guard offset == expectedOffset else {
      throw FormatError(
        .mismatch(expected: "\(expectedOffset)", found: "\(offset)"), field: "record offset", at: start + 8)
    }
    // The records before may have left no room at all.
    compressedLength = try ShardEntry.length(
      &reader, "compressed length", from: 1, to: min(ShardLimits.recordSize, Int(indexOffset - expectedOffset)))
    rawLength = try ShardEntry.length(&reader, "raw length", from: RawRecord.minimumLength, to: ShardLimits.recordSize)
    textLength = try ShardEntry.length(
      &reader, "text length", from: 0, to: min(ShardLimits.textLength, rawLength - RawRecord.minimumLength))
    _ = try ShardEntry.length(&reader, "flags", from: 0, to: 0)
    sum = try reader.integer(UInt64.self, "record sum")
  }

  /// - Parameter most: less than `least` where nothing is allowed.
  private static func length(
    _ reader: inout ByteReader, _ field: String, from least: Int, to most: Int
  ) throws(FormatError) -> Int {
    let offset = reader.byteOffset
    let value = try reader.integer(UInt32.self, field)
    guard least <= value, value <= most else {
      throw FormatError(.outOfRange(found: "\(value)", allowed: "\(least) … \(most)"), field: field, at: offset)
    }
    return Int(value)
  }
}
