public import M3Bytes
public import M3JSON
public import M3Memory
import M3Tensor

/// Vectors as bfloat16, the paper's uncompressed form: 2 bytes an element, all keys, then all values.
public struct BFloat16Codec: VectorCodec {
  public static let name = "bf16"
  public let headDimension: Int
  private let kernels = Kernels.best

  public init(headDimension: Int) {
    self.headDimension = headDimension
  }

  public var description: JSONObject { ["name": .string(Self.name)] }

  public var vectorSize: Int { 2 * headDimension }

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
    _ vectors: UnsafeRawBufferPointer, count: Int, entry: Int, part: HeadStatistics.Part,
    into rows: UnsafeMutablePointer<Float>
  ) throws(FormatError) {
    guard let codes = vectors.baseAddress,
      let bad = kernels.decodeBFloat16(count: count * headDimension, codes, into: rows)
    else { return }
    throw FormatError(
      .outOfRange(found: "\(rows[bad])", allowed: "finite"), field: "vectors", at: UInt64(2 * bad))
  }
}
