public import M3Bytes
public import M3JSON
public import M3Memory

/// Vectors as bfloat16, the paper's uncompressed form: 2 bytes an element, all keys, then all values.
public struct BFloat16Codec: MemoryCodec {
  public static let name = "bf16"
  public let headDimension: Int

  public init(headDimension: Int) {
    self.headDimension = headDimension
  }

  public var description: JSONObject { ["name": .string(Self.name)] }

  public func vectorByteCount(rowCount: Int) -> Int { 4 * rowCount * headDimension }

  public func encode(_ memory: SparseMemory, into payload: inout ByteWriter) throws(FormatError) {
    for vectors in [memory.keys, memory.values] {
      for value in vectors {
        let bits = BFloat16.bits(value)
        // The largest float32 values round to infinity.
        guard BFloat16.value(bits).isFinite else {
          throw FormatError(.outOfRange(found: "\(value)", allowed: "finite in bfloat16"), field: "vectors")
        }
        payload.integer(bits)
      }
    }
  }

  public func decode(
    _ vectors: UnsafeRawBufferPointer, header: PayloadHeader, keys: UnsafeMutablePointer<Float>,
    values: UnsafeMutablePointer<Float>
  ) throws(FormatError) {
    let count = header.positions.count * headDimension
    for (index, target) in [keys, values].enumerated() {
      let base = index * 2 * count
      for element in 0..<count {
        let bits = UInt16(littleEndian: vectors.loadUnaligned(fromByteOffset: base + 2 * element, as: UInt16.self))
        let value = BFloat16.value(bits)
        guard value.isFinite else {
          throw FormatError(
            .outOfRange(found: "\(value)", allowed: "finite"), field: "vectors", at: UInt64(base + 2 * element))
        }
        target[element] = value
      }
    }
  }
}
