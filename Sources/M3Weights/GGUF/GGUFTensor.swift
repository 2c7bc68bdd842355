/// One tensor of a GGUF file: what it is and where its bytes lie.
public struct GGUFTensor: Sendable, Equatable {
  public let name: String
  public let type: TensorType
  /// Row-major, the fastest dimension last: `(rows, columns)` for a matrix, `(columns)` for a vector.
  ///
  /// That is the file's own list backwards: GGUF writes the fastest dimension first.
  public let shape: [Int]
  /// Offset in bytes from the start of the file.
  public let byteOffset: UInt64
  public let byteCount: Int
  /// Offset of the tensor's entry in the tensor table, for errors about its shape or type.
  let entryOffset: UInt64

  /// Values in a row: the last dimension. A multiple of ``TensorType/blockSize``.
  public var columnCount: Int { shape[shape.count - 1] }
  /// All dimensions but the last, multiplied; 1 for a vector.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }
  public var elementCount: Int { rowCount * columnCount }
  public var bytesPerRow: Int { columnCount / type.blockSize * type.bytesPerBlock }
}
