import M3Bytes
import M3Memory

extension ByteReader {
  /// Reads the number of heads and their dimension, two u32, which must be those of a shape.
  /// - Throws: ``FormatError`` `truncated`, `mismatch`.
  mutating func require(_ shape: MemoryShape) throws(FormatError) {
    let offset = byteOffset
    let entries = try integer(UInt32.self, "entries")
    let dimension = try integer(UInt32.self, "head dimension")
    guard entries == shape.entryCount, dimension == shape.headDimension else {
      throw FormatError(
        .mismatch(expected: "\(shape.entryCount) heads of \(shape.headDimension)", found: "\(entries) of \(dimension)"),
        field: "entries", at: offset)
    }
  }
}
