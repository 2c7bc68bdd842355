internal import CKernels

extension Kernels {
  /// out = x / √(mean(x²) + epsilon) · weight, over `count` elements. In place when `out` is `x`.
  public func rmsNorm(
    count: Int, _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, epsilon: Float,
    into out: UnsafeMutablePointer<Float>
  ) {
    table.pointee.rms_norm(count, x, weight, epsilon, out)
  }

  /// Rotates heads in place by the angles of one position: rotary embedding with half-split pairs (i, i + D/2), as
  /// Hugging Face's Llama has it. Weights that a GGUF file has permuted for adjacent pairs must be put back first.
  ///
  /// - Parameters:
  ///   - x: (heads, headDimension), a head every `stride`; `headDimension` by default.
  ///   - cosines: (headDimension / 2).
  ///   - sines: (headDimension / 2).
  public func rotate(
    heads: Int, headDimension: Int, _ x: UnsafeMutablePointer<Float>, stride: Int? = nil,
    cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>
  ) {
    table.pointee.rope(heads, headDimension, x, stride ?? headDimension, cosines, sines)
  }

  /// Rotates heads in place to `position`, with the head dimension of `rotary`.
  public func rotate(
    heads: Int, _ x: UnsafeMutablePointer<Float>, stride: Int? = nil, to position: Int, rotary: RotaryTable
  ) {
    rotate(
      heads: heads, headDimension: rotary.headDimension, x, stride: stride,
      cosines: rotary.cosines(position), sines: rotary.sines(position))
    withExtendedLifetime(rotary) {}
  }

  /// Replaces x[0 ..< visible] by softmax(scale · x) and x[visible ..< total] by exact zeros.
  ///
  /// Probabilities below 2⁻¹²⁶ become zero: subnormal numbers would slow the product that follows. An entry of +∞, or
  /// all entries −∞, gives NaN.
  public func softmax(_ x: UnsafeMutablePointer<Float>, visible: Int, total: Int, scale: Float = 1) {
    table.pointee.softmax(x, visible, total, scale, nil)
  }

  /// As `softmax`, and returns log Σ exp(scale · x[i]) over the visible entries.
  public func softmaxWithLogSumExp(
    _ x: UnsafeMutablePointer<Float>, visible: Int, total: Int, scale: Float = 1
  ) -> Float {
    var logSumExp: Float = 0
    table.pointee.softmax(x, visible, total, scale, &logSumExp)
    return logSumExp
  }

  /// Σ exp(scale · x[i]), summed in double: the selection rule of the Memory³ authors' code, without the softmax's
  /// normalization. Infinite beyond exponents of 709.
  public func expSum(_ x: UnsafePointer<Float>, count: Int, scale: Float = 1) -> Double {
    table.pointee.exp_sum(x, count, scale)
  }

  /// log Σ exp(x[i]); −∞ when `count` is 0.
  public func logSumExp(_ x: UnsafePointer<Float>, count: Int) -> Float { table.pointee.log_sum_exp(count, x) }
}
