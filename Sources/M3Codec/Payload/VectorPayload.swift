import M3Bytes
import M3Memory
import M3Tensor

/// A sparse codec's payload whose head and lengths have been checked, and whose vectors are decoded from where they lie.
struct VectorPayload<Codec: VectorCodec> {
  private let header: PayloadHeader
  private let shape: MemoryShape
  private let codec: Codec
  private let vectors: UnsafeRawBufferPointer
  /// Offset of the vectors in the payload.
  private let vectorsOffset: UInt64

  /// - Parameter payload: must outlive the value.
  /// - Throws: ``FormatError``: truncated, too long, counts or positions that do not fit the shape.
  init(_ payload: UnsafeRawBufferPointer, codec: Codec, shape: MemoryShape) throws(FormatError) {
    var reader = ByteReader(payload)
    header = try PayloadHeader(&reader, shape: shape)
    let expected = codec.vectorByteCount(rowCount: header.positions.count)
    guard reader.remaining == expected else {
      throw FormatError(
        .mismatch(expected: "\(expected) bytes", found: "\(reader.remaining)"), field: "vectors", at: reader.byteOffset)
    }
    vectorsOffset = reader.byteOffset
    vectors = try reader.slice(expected, "vectors")
    self.shape = shape
    self.codec = codec
  }

  /// Keys are rotated entry by entry, while the cache still holds them.
  /// - Throws: ``FormatError`` with the offset in the payload.
  func decode(
    rotation: Rotation?, firstPosition: Int, buffer: (_ count: Int) -> FloatBuffer
  ) throws(FormatError) -> DecodedMemory {
    let count = header.positions.count * shape.headDimension
    let (keys, values) = (buffer(count), buffer(count))
    try decode(.keys, into: keys.pointer, rotation: rotation, firstPosition: firstPosition)
    try decode(.values, into: values.pointer)
    return DecodedMemory(
      tokenCount: header.tokenCount, counts: header.counts, positions: header.positions, keys: keys, values: values)
  }

  private func decode(
    _ part: HeadStatistics.Part, into target: UnsafeMutablePointer<Float>, rotation: Rotation? = nil,
    firstPosition: Int = 0
  ) throws(FormatError) {
    let size = codec.vectorSize
    let partOffset = part == .keys ? 0 : header.positions.count * size
    var row = 0
    for (entry, count) in header.counts.enumerated() where count > 0 {
      let offset = partOffset + row * size
      let rows = target + row * shape.headDimension
      do throws(FormatError) {
        try codec.decode(
          UnsafeRawBufferPointer(rebasing: vectors[offset..<offset + count * size]), count: count, entry: entry,
          part: part, into: rows)
      } catch {
        throw error.offset(by: vectorsOffset + UInt64(offset))
      }
      if let rotation {
        header.positions[row..<row + count].withUnsafeBufferPointer {
          rotation.rotate(rows: $0, rows, firstPosition: firstPosition)
        }
      }
      row += count
    }
  }
}
