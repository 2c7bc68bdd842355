import M3Bytes

/// The shingles of a task's texts, read in any order from any thread.
///
/// Everything but the records is checked when it is opened, each record when it is read.
package final class ShingleSetFile: Sendable {
  package let count: Int
  private let file: ReadableFile
  private let indexOffset: UInt64

  /// - Parameter checkingOffsets: whether the table of the records' offsets is read through; once is enough.
  /// - Throws: ``FileError``; ``FormatError`` where the file is damaged.
  package init(path: String, checkingOffsets: Bool = true) throws {
    let file = try ReadableFile(path: path)
    self.file = file
    do {
      let header = try file.read(exactly: ShingleSetLayout.headerSize, at: 0, field: "header")
      try ByteReader.read(header) { reader throws(FormatError) in
        try reader.header(magic: DedupeFileKind.sets.magic, version: DedupeFileKind.version)
      }
      let smallest = UInt64(ShingleSetLayout.headerSize + ShingleSetLayout.trailerSize)
      guard file.size >= smallest else {
        throw FormatError(.truncated(needed: smallest, available: file.size), field: "trailer")
      }
      let trailerOffset = file.size - UInt64(ShingleSetLayout.trailerSize)
      let trailer = try file.read(exactly: ShingleSetLayout.trailerSize, at: trailerOffset, field: "trailer")
      let (count, sum) = try Self.trailer(trailer, header: header, at: trailerOffset)
      guard count <= (file.size - smallest) / 8 else {
        throw FormatError(.truncated(needed: count, available: (file.size - smallest) / 8), field: "texts")
      }
      self.count = Int(count)
      indexOffset = trailerOffset - 8 * count
      if checkingOffsets { try Self.checkOffsets(file, indexOffset..<trailerOffset, sum: sum) }
    } catch let error as FormatError {
      throw error.inFile(path)
    }
  }

  /// Bytes of a text's record.
  /// - Throws: ``FormatError``; ``FileError``.
  package func byteCount(at position: Int) throws -> Int {
    let range = try range(at: position)
    return Int(range.upperBound - range.lowerBound)
  }

  /// - Precondition: `position` is less than ``count``.
  /// - Throws: ``FormatError`` where the record is damaged; ``FileError``.
  package func text(at position: Int) throws -> ShingledText {
    let range = try range(at: position)
    let bytes = try file.read(
      exactly: Int(range.upperBound - range.lowerBound), at: range.lowerBound, field: "record")
    do throws(FormatError) {
      return try ShingledText(record: bytes)
    } catch {
      throw error.offset(by: range.lowerBound).inFile(file.path).inRecord("\(position)")
    }
  }

  private func range(at position: Int) throws -> Range<UInt64> {
    precondition((0..<count).contains(position), "no such text")
    let isLast = position == count - 1
    let place = indexOffset + UInt64(8 * position)
    let bytes = try file.read(exactly: isLast ? 8 : 16, at: place, field: "offset")
    let (start, end) = bytes.withUnsafeBytes { bytes in
      (
        UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)),
        isLast ? indexOffset : UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    guard start >= UInt64(ShingleSetLayout.headerSize), start <= end, end <= indexOffset else {
      throw FormatError(
        .outOfRange(found: "\(start)..<\(end)", allowed: "the records' bytes"), field: "offset", at: place,
        file: file.path)
    }
    return start..<end
  }

  private static func trailer(
    _ bytes: [UInt8], header: [UInt8], at offset: UInt64
  ) throws(FormatError) -> (count: UInt64, sum: UInt64) {
    try ByteReader.read(bytes) { reader throws(FormatError) in
      let count = try reader.integer(UInt64.self, "texts")
      let sum = try reader.integer(UInt64.self, "checksum of the offsets")
      let expected = try reader.integer(UInt64.self, "checksum")
      let found = XXH3.hash64(header + bytes.dropLast(8))
      guard found == expected else {
        throw FormatError(
          .checksumMismatch(expected: Hexadecimal.string(expected), found: Hexadecimal.string(found)),
          field: "trailer", at: offset + 16)
      }
      return (count, sum)
    }
  }

  private static func checkOffsets(_ file: ReadableFile, _ range: Range<UInt64>, sum expected: UInt64) throws {
    var found: UInt64 = 0
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = Int(min(UInt64(ShingleSetLayout.pieceSize), range.upperBound - offset))
      found = XXH3.hash64(try file.read(exactly: count, at: offset, field: "offsets"), seed: found)
      offset += UInt64(count)
    }
    guard found == expected else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(expected), found: Hexadecimal.string(found)),
        field: "offsets", at: range.lowerBound)
    }
  }
}
