public import M3Tensor

/// The memory of one reference as attention reads it: its keys rotated to their positions, the vectors in buffers that
/// kernels read where they lie.
///
/// The buffers are not written once a memory has been made of them, so any number of threads read it. They may be recycled
/// for another memory as soon as nobody holds them: hold the memory or its buffers, never their pointers alone.
public struct RotatedMemory: Sendable {
  public let shape: MemoryShape
  /// Tokens of the reference, BOS not counted.
  public let tokenCount: Int
  /// (entries + 1) first row of each (memory layer, key-value head), and the number of all rows at the end.
  public let offsets: [Int]
  /// (rows, D) and perhaps more, float32, rotated.
  public let keys: FloatBuffer
  /// (rows, D) and perhaps more, float32.
  public let values: FloatBuffer

  /// - Precondition: offsets ascend from 0, one an entry and one more; the buffers hold the rows that they count.
  public init(shape: MemoryShape, tokenCount: Int, offsets: [Int], keys: FloatBuffer, values: FloatBuffer) {
    precondition(offsets.count == shape.entryCount + 1 && offsets.first == 0, "one offset an entry and one more")
    precondition(
      keys.count >= offsets.last! * shape.headDimension && values.count >= offsets.last! * shape.headDimension,
      "a key and a value a row")
    self.shape = shape
    self.tokenCount = tokenCount
    self.offsets = offsets
    self.keys = keys
    self.values = values
  }

  /// Copies a memory, its keys rotated where the producer stores them unrotated.
  ///
  /// - Parameters:
  ///   - longestReference: of the bank: decides where the context begins.
  ///   - rotation: reaches to where the context begins.
  public init(_ memory: SparseMemory, producer: Producer, longestReference: Int, rotation: Rotation) {
    let keys =
      producer.keySpace == .afterRotation
      ? memory.keys
      : rotation.rotatedKeys(
        memory,
        firstPosition: producer.firstPosition(tokenCount: memory.tokenCount, longestReference: longestReference))
    self.init(
      shape: memory.shape, tokenCount: memory.tokenCount, offsets: memory.offsets, keys: FloatBuffer(keys),
      values: FloatBuffer(memory.values))
  }

  /// Kept tokens of all entries together.
  public var rowCount: Int { offsets.last! }
}
