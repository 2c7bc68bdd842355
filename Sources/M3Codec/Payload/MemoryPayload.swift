package import M3Bytes
package import M3Memory
package import M3Tensor

/// A payload whose head and lengths have been checked, and whose vectors are decoded from where they lie.
package struct MemoryPayload {
  package let header: PayloadHeader
  private let shape: MemoryShape
  private let codec: any MemoryCodec
  private let vectors: UnsafeRawBufferPointer
  /// Offset of the vectors in the payload.
  private let vectorsOffset: UInt64

  /// - Parameter payload: must outlive the value.
  /// - Throws: ``FormatError``: truncated, too long, counts or positions that do not fit the shape.
  package init(
    _ payload: UnsafeRawBufferPointer, codec: any MemoryCodec, shape: MemoryShape
  ) throws(FormatError) {
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

  /// The memory in the producer's key space.
  /// - Throws: ``FormatError`` with the offset in the payload.
  func sparseMemory() throws(FormatError) -> SparseMemory {
    SparseMemory(
      shape: shape, tokenCount: header.tokenCount, counts: header.counts, positions: header.positions,
      keys: try array(.keys), values: try array(.values))
  }

  /// The memory as attention reads it, decoded into buffers.
  ///
  /// Keys are rotated entry by entry, while the cache still holds them.
  /// - Parameters:
  ///   - rotation: of keys that are stored unrotated, to `firstPosition` and behind; nil takes them as they are.
  ///   - buffer: gives a buffer of at least so many elements that nobody else reads or writes.
  /// - Precondition: the rotation reaches to the last of the reference's tokens.
  /// - Throws: ``FormatError`` with the offset in the payload.
  package func rotatedMemory(
    rotation: Rotation?, firstPosition: Int, buffer: (_ count: Int) -> FloatBuffer
  ) throws(FormatError) -> RotatedMemory {
    let count = header.positions.count * shape.headDimension
    let (keys, values) = (buffer(count), buffer(count))
    try decode(.keys, codec, into: keys.pointer, rotation: rotation, firstPosition: firstPosition)
    try decode(.values, codec, into: values.pointer)
    return RotatedMemory(
      shape: shape, tokenCount: header.tokenCount, offsets: header.offsets, keys: keys, values: values)
  }

  private func array(_ part: HeadStatistics.Part) throws(FormatError) -> [Float] {
    let count = header.positions.count * shape.headDimension
    var failure: FormatError?
    let rows = [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      guard count > 0 else { return }
      do throws(FormatError) {
        try decode(part, codec, into: buffer.baseAddress!)
        initializedCount = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return rows
  }

  /// Generic, so that the codec is unpacked once and not for every entry.
  private func decode(
    _ part: HeadStatistics.Part, _ codec: some MemoryCodec, into target: UnsafeMutablePointer<Float>,
    rotation: Rotation? = nil, firstPosition: Int = 0
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
