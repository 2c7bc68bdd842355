import M3Tensor

/// How the hidden states of a text's tokens become one vector.
enum Pooling: String, Sendable {
  /// The hidden state of the first token, [CLS].
  case cls
  /// The mean over all tokens, [CLS] and [SEP] among them.
  case mean

  /// - Parameters:
  ///   - states: (count, width), row-major; count is at least 1.
  ///   - output: (width).
  func apply(
    _ states: UnsafePointer<Float>, count: Int, width: Int, kernels: Kernels, into output: UnsafeMutablePointer<Float>
  ) {
    output.update(from: states, count: width)
    guard self == .mean else { return }
    for row in 1..<count { kernels.add(count: width, states + row * width, into: output) }
    for index in 0..<width { output[index] /= Float(count) }
  }
}

extension Kernels {
  /// x / max(‖x‖, 10⁻¹²) in place, as torch's `normalize` does.
  func normalize(_ x: UnsafeMutablePointer<Float>, count: Int) {
    let length = Swift.max(dot(count: count, x, x).squareRoot(), 1e-12)
    for index in 0..<count { x[index] /= length }
  }
}
