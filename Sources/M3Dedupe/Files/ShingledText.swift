package import M3Bytes

/// A text as later steps know it: its id, its hash and its shingles.
package struct ShingledText: Sendable, Equatable {
  package var id: String
  /// XXH3-64 of the text in UTF-8.
  package var textHash: UInt64
  /// In any order; equal ones may stand more than once.
  package var shingles: [UInt64]

  package init(id: String, textHash: UInt64, shingles: [UInt64]) {
    (self.id, self.textHash, self.shingles) = (id, textHash, shingles)
  }

  /// Appends a record of ``ShingleSetLayout``.
  /// - Returns: its bytes.
  package static func append(
    id: String, textHash: UInt64, shingles: UnsafeBufferPointer<UInt64>, to output: inout [UInt8]
  ) -> Int {
    let start = output.count
    beginRecord(id: id, textHash: textHash, shingleCount: shingles.count, to: &output)
    append(shingles, to: &output)
    return endRecord(from: start, to: &output)
  }

  /// Appends what stands before the shingles.
  static func beginRecord(id: String, textHash: UInt64, shingleCount: Int, to output: inout [UInt8]) {
    let size = ShingleSetLayout.recordHeaderSize + id.utf8.count + 8 * shingleCount + 8
    // An array that grows by itself would take as much again, and the old one while it is copied.
    if size > longRecord { output.reserveCapacity(output.count + size) }
    append(UInt32(id.utf8.count), to: &output)
    append(UInt32(shingleCount), to: &output)
    append(textHash, to: &output)
    output.append(contentsOf: id.utf8)
  }

  /// Appends some of the shingles.
  static func append(_ shingles: UnsafeBufferPointer<UInt64>, to output: inout [UInt8]) {
    // The order of bytes in memory is the file's on every machine that this package runs on.
    #if _endian(little)
      output.append(contentsOf: UnsafeRawBufferPointer(shingles))
    #else
      for shingle in shingles { append(shingle, to: &output) }
    #endif
  }

  /// Appends what stands behind the shingles.
  /// - Returns: bytes of the record.
  static func endRecord(from start: Int, to output: inout [UInt8]) -> Int {
    append(output.withUnsafeBytes { XXH3.hash64(UnsafeRawBufferPointer(rebasing: $0[start...])) }, to: &output)
    return output.count - start
  }

  private static let longRecord = 1 << 20

  private static func append(_ value: some FixedWidthInteger, to output: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
  }

  /// Reads a record that is all of `bytes`.
  /// - Throws: ``FormatError`` where it is damaged, with the offset in it.
  package init(record bytes: [UInt8]) throws(FormatError) {
    self = try ByteReader.read(bytes) { reader throws(FormatError) in
      let idLength = try reader.integer(UInt32.self, "id length")
      let count = try reader.integer(UInt32.self, "shingles")
      let textHash = try reader.integer(UInt64.self, "text hash")
      // No more is made than there are bytes.
      guard UInt64(reader.remaining) == UInt64(idLength) + 8 * UInt64(count) + 8 else {
        throw FormatError(
          .mismatch(expected: "\(UInt64(idLength) + 8 * UInt64(count) + 8) bytes", found: "\(reader.remaining)"),
          field: "record", at: reader.byteOffset)
      }
      let idBytes = try reader.slice(Int(idLength), "id")
      let shingles = try reader.slice(8 * Int(count), "shingles")
      try reader.checksum("record checksum")
      guard let id = String(validating: idBytes, as: UTF8.self) else {
        throw FormatError(.malformed("not UTF-8"), field: "id", at: 16)
      }
      return ShingledText(
        id: id, textHash: textHash,
        shingles: (0..<Int(count)).map {
          UInt64(littleEndian: shingles.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
        })
    }
  }
}
