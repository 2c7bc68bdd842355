import M3Tensor

/// A vector that matrices are multiplied with, in both forms; each member of a team has its own.
struct DecodingInput {
  let values: FloatBuffer
  let quantized: QuantizedVector

  init(capacity: Int) {
    quantized = QuantizedVector(capacity: capacity)
    values = FloatBuffer(count: quantized.capacity)
  }

  /// Makes the codes of the first `count` values.
  func quantize(count: Int, kernels: Kernels) {
    let size = QuantizedMatrix.blockSize
    kernels.quantize(count: count / size * size, values.pointer, into: quantized)
  }
}
