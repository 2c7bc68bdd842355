internal import CKernels

/// What an encoder such as BERT needs besides a decoder's functions.
extension Kernels {
  /// out = (x − mean(x)) / √(mean((x − mean(x))²) + epsilon) · weight + bias, over `count` elements. In place when `out`
  /// is `x`.
  public func layerNorm(
    count: Int, _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, epsilon: Float,
    into out: UnsafeMutablePointer<Float>
  ) {
    table.pointee.layer_norm(count, x, weight, bias, epsilon, out)
  }

  /// out = x · Φ(x), Φ the normal distribution's cumulative function: BERT's "gelu" (arXiv 1606.08415). Within 8 units
  /// in the last place while Φ(x) is at least 2⁻¹²⁵, below that no larger than |x| · 2⁻¹²⁵; NaN at −∞, as in torch. In
  /// place when `out` is `x`.
  public func gelu(count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    table.pointee.gelu(count, x, out)
  }

  /// out = x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³))): the approximation that is called "gelu_new" and
  /// "gelu_pytorch_tanh". In place when `out` is `x`.
  public func geluTanh(count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    table.pointee.gelu_tanh(count, x, out)
  }

  /// y[r] += row for every row: a layer's bias.
  ///
  /// - Parameters:
  ///   - row: (columns).
  ///   - y: (rows, columns), row-major, a row every `stride`; `columns` by default.
  public func add(
    rows: Int, columns: Int, row: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, stride: Int? = nil
  ) {
    table.pointee.add_row(rows, columns, row, y, stride ?? columns)
  }
}
