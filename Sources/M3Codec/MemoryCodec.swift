public import M3Bytes
public import M3JSON
public import M3Memory

/// How a bank stores the vectors of a memory.
///
/// A payload is `PayloadHeader` (token count, counts, positions), then the codec's vectors. A codec is a value: encoding
/// and decoding keep no state and run on any thread.
public protocol MemoryCodec: Sendable {
  /// The codec's name in settings and manifests.
  static var name: String { get }
  /// What the manifest says of the codec, its name under `name` included.
  var description: JSONObject { get }
  /// Bytes of the vectors of `rowCount` kept tokens.
  func vectorByteCount(rowCount: Int) -> Int
  /// Appends the vectors of a memory.
  /// - Throws: ``FormatError`` where a value is not finite, or beyond what the codec can express.
  func encode(_ memory: SparseMemory, into payload: inout ByteWriter) throws(FormatError)
  /// Decodes rows: fills `keys` and `values`, each (rows, D).
  func decode(
    _ vectors: UnsafeRawBufferPointer, header: PayloadHeader, keys: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>) throws(FormatError)
}

extension MemoryCodec {
  /// The codec's name in settings and manifests.
  public var name: String { Self.name }

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
    var failure: FormatError?
    var memory: SparseMemory?
    payload.withUnsafeBytes { raw in
      do throws(FormatError) { memory = try self.memory(raw, shape: shape) } catch { failure = error }
    }
    if let failure { throw failure }
    return memory!
  }

  private func memory(_ raw: UnsafeRawBufferPointer, shape: MemoryShape) throws(FormatError) -> SparseMemory {
    var reader = ByteReader(raw)
    let header = try PayloadHeader(&reader, shape: shape)
    let expected = vectorByteCount(rowCount: header.positions.count)
    guard reader.remaining == expected else {
      throw FormatError(
        .mismatch(expected: "\(expected) bytes", found: "\(reader.remaining)"), field: "vectors", at: reader.byteOffset)
    }
    let offset = reader.byteOffset
    let vectors = try reader.slice(expected, "vectors")
    let count = header.positions.count * shape.headDimension
    var failure: FormatError?
    var values: [Float] = []
    let keys = [Float](unsafeUninitializedCapacity: count) { keyBuffer, keyCount in
      values = [Float](unsafeUninitializedCapacity: count) { valueBuffer, valueCount in
        if count > 0 {
          do throws(FormatError) {
            try decode(vectors, header: header, keys: keyBuffer.baseAddress!, values: valueBuffer.baseAddress!)
          } catch {
            failure = error.offset(by: offset)
          }
        }
        valueCount = failure == nil ? count : 0
      }
      keyCount = failure == nil ? count : 0
    }
    if let failure { throw failure }
    return SparseMemory(
      shape: shape, tokenCount: header.tokenCount, counts: header.counts, positions: header.positions, keys: keys,
      values: values)
  }
}
