public import M3Bytes
public import M3JSON
public import M3Memory

/// How a bank stores the vectors of a memory.
///
/// A payload is `PayloadHeader` (token count, counts, positions), then the codec's vectors: all keys, then all values, each
/// of ``vectorSize`` bytes. A codec is a value: encoding and decoding keep no state and run on any thread.
public protocol MemoryCodec: Sendable {
  /// The codec's name in settings and manifests.
  static var name: String { get }
  /// What the manifest says of the codec, its name under `name` included.
  var description: JSONObject { get }
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

extension MemoryCodec {
  /// The codec's name in settings and manifests.
  public var name: String { Self.name }

  /// Bytes of the vectors of `rowCount` kept tokens.
  public func vectorByteCount(rowCount: Int) -> Int { 2 * rowCount * vectorSize }

  /// The payload of a memory.
  public func payload(_ memory: SparseMemory) throws(FormatError) -> [UInt8] {
    var writer = ByteWriter(capacity: 64 + 3 * memory.rowCount + vectorByteCount(rowCount: memory.rowCount))
    PayloadHeader(memory).write(into: &writer)
    try encode(memory, into: &writer)
    return writer.bytes
  }

  /// The memory that a payload holds.
  /// - Throws: ``FormatError``: truncated, too long, counts or positions that do not fit the shape.
  public func memory(_ payload: [UInt8], shape: MemoryShape) throws(FormatError) -> SparseMemory {
    let result = payload.withUnsafeBytes { bytes in
      do throws(FormatError) {
        return Result<SparseMemory, FormatError>.success(
          try MemoryPayload(bytes, codec: self, shape: shape).sparseMemory())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
