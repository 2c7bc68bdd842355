import M3Tensor

extension ForwardPass {
  /// Y = X·Wᵀ, or Y += X·Wᵀ when `accumulating`, in the model's arithmetic.
  /// - Parameters:
  ///   - x: (rows, K), a row every `stride`.
  ///   - y: (rows, N).
  func multiply(
    rows: Int, depth: Int, _ x: UnsafePointer<Float>, stride: Int? = nil, by weight: LayerMatrix,
    into y: UnsafeMutablePointer<Float>, accumulating: Bool = false
  ) {
    switch weight {
    case .packed(let matrix):
      kernels.multiply(rows: rows, x, stride: stride, by: matrix, into: y, accumulating: accumulating)
    case .coded(let matrix):
      let codes = scratch.activations
      if matrix.hasCodes { kernels.quantize(tokens: rows, depth: depth, x, stride: stride, into: codes) }
      let rowCount = matrix.rowCount
      var part = y
      for source in matrix.parts {
        switch source.source {
        case .quantized(let quantized):
          kernels.multiply(codes, by: quantized, into: part, stride: rowCount, accumulating: accumulating)
        case .packed(let packed, let firstColumn):
          kernels.multiply(
            rows: rows, columns: source.rowCount, depth: depth, x, stride: stride ?? depth,
            packed: packed.pointer + firstColumn * depth, into: part, stride: rowCount, accumulating: accumulating)
          withExtendedLifetime(packed) {}
        }
        part += source.rowCount
      }
    }
  }
}
