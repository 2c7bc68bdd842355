import M3Tensor

extension GradientPass {
  /// From what a normalization gave to what it was computed from: adds to `scratch.residual`.
  ///
  /// y = r · w ∘ x with r = 1 / √(mean(x²) + ε) has dx = r · w ∘ dy − x · (r³ / C) · Σ (w ∘ dy ∘ x).
  /// - Parameters:
  ///   - rows: rows of `scratch.normalized`, which holds dy and is overwritten.
  ///   - input: (T, C), x.
  func backwardNormalization(rows: Range<Int>, of input: FloatBuffer, weight: FloatBuffer) {
    let width = configuration.hiddenSize
    for row in rows {
      let x = UnsafePointer(input.pointer + row * width)
      let gradient = scratch.normalized.pointer + row * width
      for element in 0..<width { gradient[element] *= weight.pointer[element] }
      let scale =
        1 / (kernels.dot(count: width, x, x) / Float(width) + configuration.normalizationEpsilon).squareRoot()
      let shift = -kernels.dot(count: width, gradient, x) * scale * scale * scale / Float(width)
      let residual = scratch.residual.pointer + row * width
      kernels.add(count: width, gradient, scaledBy: scale, into: residual)
      kernels.add(count: width, x, scaledBy: shift, into: residual)
    }
  }
}
