/// One tensor of a safetensors file: what it is and where its bytes lie.
public struct SafetensorsTensor: Sendable, Equatable {
  public let name: String
  public let type: SafetensorsType
  /// Row-major, the fastest dimension last; empty for a single value.
  public let shape: [Int]
  /// Offset in bytes from the start of the file.
  public let byteOffset: UInt64
  public let byteCount: Int
  /// Offset of the tensor's entry in the file, for errors about its shape or type.
  let entryOffset: UInt64

  /// Values in a row: the last dimension, or 1.
  public var columnCount: Int { shape.last ?? 1 }
  /// All dimensions but the last, multiplied; 1 for a vector.
  public var rowCount: Int { shape.dropLast().reduce(1, *) }
  public var elementCount: Int { rowCount * columnCount }
}
