public import M3Bytes
public import M3Memory
public import M3Tensor

/// A sparse codec: each kept key and value is coded on its own, in as many bytes as every other one.
///
/// A payload is `PayloadHeader` (token count, counts, positions), then all keys, then all values, entry after entry, each of
/// ``vectorSize`` bytes.
public protocol VectorCodec: MemoryCodec {
  /// Bytes of a key, and of a value.
  var vectorSize: Int { get }
  /// Appends the vectors of a memory.
  /// - Throws: ``FormatError`` where a value is not finite, or beyond what the codec can express.
  func encode(_ memory: SparseMemory, into payload: inout ByteWriter) throws(FormatError)
  /// Decodes the keys or the values of one entry.
  /// - Parameters:
  ///   - vectors: `count` of them; at any alignment.
  ///   - rows: (count, D), filled.
  /// - Throws: ``FormatError`` with the offset in `vectors`; what is in `rows` then is no matter.
  func decode(
    _ vectors: UnsafeRawBufferPointer, count: Int, entry: Int, part: HeadStatistics.Part,
    into rows: UnsafeMutablePointer<Float>) throws(FormatError)
}

extension VectorCodec {
  public var features: FeatureKind? { nil }

  /// Bytes of the vectors of `rowCount` kept tokens.
  public func vectorByteCount(rowCount: Int) -> Int { 2 * rowCount * vectorSize }

  public func payload(_ memory: SparseMemory, features: TokenFeatures?) throws(FormatError) -> [UInt8] {
    var writer = ByteWriter(capacity: 64 + 3 * memory.rowCount + vectorByteCount(rowCount: memory.rowCount))
    PayloadHeader(memory).write(into: &writer)
    try encode(memory, into: &writer)
    return writer.bytes
  }

  public func decode(
    _ payload: UnsafeRawBufferPointer, shape: MemoryShape, features: TokenFeatures?, rotation: Rotation?,
    firstPosition: Int, buffer: (_ count: Int) -> FloatBuffer
  ) throws(FormatError) -> DecodedMemory {
    try VectorPayload(payload, codec: self, shape: shape).decode(
      rotation: rotation, firstPosition: firstPosition, buffer: buffer)
  }

  public func check(_ payload: UnsafeRawBufferPointer, shape: MemoryShape) throws(FormatError) -> Int {
    try decode(payload, shape: shape, features: nil, rotation: nil, firstPosition: 0) {
      FloatBuffer(uninitializedCount: $0)
    }.tokenCount
  }
}
