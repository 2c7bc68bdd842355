public import M3Bytes
public import M3JSON
public import M3Memory
public import M3Tensor

/// How a bank stores memories.
///
/// Two families: *sparse* codecs (``VectorCodec``) code each kept key and value on its own and read nothing but the payload;
/// *predicted* codecs hold all tokens, as the difference from what ``TokenFeatures`` predict. A codec is a value: encoding
/// and decoding keep no state and run on any thread.
public protocol MemoryCodec: Sendable {
  /// What the manifest says of the codec, its name under `name` included.
  var description: JSONObject { get }
  /// What coding and decoding need of a reference's text; nil where the payload is enough.
  var features: FeatureKind? { get }
  /// How each head reads memories of this codec; nil where nobody has learned it.
  var readingConstants: ReadingConstants? { get }
  /// The payload of a memory.
  /// - Precondition: features where the codec asks for them, of the memory's tokens.
  /// - Throws: ``FormatError`` where a value is not finite, or beyond what the codec can express.
  func payload(_ memory: SparseMemory, features: TokenFeatures?) throws(FormatError) -> [UInt8]
  /// Decodes a memory into buffers, in the producer's key space or, with a rotation, as attention reads it.
  /// - Parameters:
  ///   - features: of the record's text, where the codec asks for them.
  ///   - rotation: of keys that are stored unrotated, to `firstPosition` and behind; nil leaves them as they are.
  ///   - buffer: gives a buffer of at least so many elements that nobody else reads or writes.
  /// - Precondition: the rotation reaches to the last of the reference's tokens.
  /// - Throws: ``FormatError`` with the offset in the payload: truncated, too long, or of another number of tokens than
  ///   the features.
  func decode(
    _ payload: UnsafeRawBufferPointer, shape: MemoryShape, features: TokenFeatures?, rotation: Rotation?,
    firstPosition: Int, buffer: (_ count: Int) -> FloatBuffer
  ) throws(FormatError) -> DecodedMemory
  /// Decodes as much of a payload as needs no features, and says how many tokens it is of.
  /// - Throws: ``FormatError`` with the offset in the payload, also for codes beyond the codebook's bounds.
  func check(_ payload: UnsafeRawBufferPointer, shape: MemoryShape) throws(FormatError) -> Int
}

extension MemoryCodec {
  public var readingConstants: ReadingConstants? { nil }

  /// The codec's name in settings and manifests.
  public var name: String { description["name"]?.stringValue ?? "" }

  /// Tokens of the reference, BOS not counted, as every payload begins with them.
  /// - Throws: ``FormatError`` where the payload ends before.
  public func tokenCount(_ payload: UnsafeRawBufferPointer) throws(FormatError) -> Int {
    var reader = ByteReader(payload)
    return Int(try reader.integer(UInt16.self, "token count"))
  }

  /// The payload of a memory by a codec that needs no features.
  public func payload(_ memory: SparseMemory) throws(FormatError) -> [UInt8] {
    try payload(memory, features: nil)
  }

  /// As ``check(_:shape:)-(UnsafeRawBufferPointer,_)``.
  @discardableResult
  public func check(_ payload: [UInt8], shape: MemoryShape) throws(FormatError) -> Int {
    let result = payload.withUnsafeBytes { bytes in
      do throws(FormatError) {
        return Result<Int, FormatError>.success(try check(bytes, shape: shape))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// The memory that a payload holds, in the producer's key space.
  /// - Throws: ``FormatError``: truncated, too long, counts or positions that do not fit the shape.
  public func memory(
    _ payload: [UInt8], shape: MemoryShape, features: TokenFeatures? = nil
  ) throws(FormatError) -> SparseMemory {
    let result = payload.withUnsafeBytes { bytes in
      do throws(FormatError) {
        return Result<DecodedMemory, FormatError>.success(
          try decode(bytes, shape: shape, features: features, rotation: nil, firstPosition: 0) {
            FloatBuffer(uninitializedCount: $0)
          })
      } catch {
        return .failure(error)
      }
    }
    return try result.get().sparseMemory(shape: shape)
  }
}

/// A memory's kept tokens, and its vectors in buffers.
public struct DecodedMemory: Sendable {
  /// Tokens of the reference, BOS not counted.
  public let tokenCount: Int
  /// (entries) kept tokens.
  public let counts: [Int]
  /// (rows) their places in the reference, entry after entry.
  public let positions: [UInt16]
  /// (rows, D) and perhaps more, float32.
  public let keys: FloatBuffer
  /// (rows, D) and perhaps more, float32.
  public let values: FloatBuffer

  public init(tokenCount: Int, counts: [Int], positions: [UInt16], keys: FloatBuffer, values: FloatBuffer) {
    self.tokenCount = tokenCount
    self.counts = counts
    self.positions = positions
    self.keys = keys
    self.values = values
  }

  /// As attention reads it; the keys have been rotated.
  public func rotatedMemory(shape: MemoryShape) -> RotatedMemory {
    RotatedMemory(
      shape: shape, tokenCount: tokenCount, offsets: SparseMemory.offsets(counts), keys: keys, values: values)
  }

  /// A copy in arrays.
  public func sparseMemory(shape: MemoryShape) -> SparseMemory {
    func array(_ buffer: FloatBuffer) -> [Float] {
      Array(UnsafeBufferPointer(start: buffer.pointer, count: positions.count * shape.headDimension))
    }
    return SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: array(keys),
      values: array(values))
  }
}
