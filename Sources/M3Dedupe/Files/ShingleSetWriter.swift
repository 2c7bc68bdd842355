package import M3Bytes

/// Writes the shingles of a task's texts; the file appears with ``commit()`` or not at all. It takes 8 bytes of memory
/// a text.
package final class ShingleSetWriter {
  private let file: AtomicFile
  private let header: [UInt8]
  private var offsets = ByteWriter()

  /// - Throws: ``FileError`` `create`.
  package init(path: String) throws {
    file = try AtomicFile(path: path)
    var header = ByteWriter(capacity: ShingleSetLayout.headerSize)
    header.append(DedupeFileKind.sets.magic)
    header.integer(DedupeFileKind.version)
    header.integer(UInt32(0))
    self.header = header.bytes
    try file.write(self.header)
  }

  /// - Parameter records: as ``ShingledText/append(to:)`` makes them, of `sizes` bytes each.
  /// - Throws: ``FileError`` `write`.
  package func append(_ records: [UInt8], sizes: [Int]) throws {
    var offset = file.byteCount
    for size in sizes {
      offsets.integer(offset)
      offset += UInt64(size)
    }
    try file.write(records)
  }

  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  package func commit() throws -> (digest: SHA256Digest, byteCount: UInt64) {
    try file.write(offsets.bytes)
    var trailer = ByteWriter(capacity: ShingleSetLayout.trailerSize)
    trailer.integer(UInt64(offsets.count / 8))
    var sum: UInt64 = 0
    offsets.bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: ShingleSetLayout.pieceSize) {
        let end = min(bytes.count, start + ShingleSetLayout.pieceSize)
        sum = XXH3.hash64(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), seed: sum)
      }
    }
    trailer.integer(sum)
    trailer.integer(XXH3.hash64(header + trailer.bytes))
    try file.write(trailer.bytes)
    return (try file.commit(), file.byteCount)
  }
}
