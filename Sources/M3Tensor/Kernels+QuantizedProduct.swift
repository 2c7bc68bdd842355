internal import CKernels

/// Many tokens' work with weights that stay in their codes.
extension Kernels {
  /// Rounds the activations of many tokens to signed bytes, each as ``quantize(count:_:into:)`` rounds it.
  ///
  /// - Parameters:
  ///   - depth: elements of a token, a multiple of 32.
  ///   - x: (tokens, depth), row-major, a token every `stride`; `depth` by default.
  ///   - activations: takes this shape.
  public func quantize(
    tokens: Int, depth: Int, _ x: UnsafePointer<Float>, stride: Int? = nil, into activations: QuantizedActivations
  ) {
    activations.reshape(tokenCount: tokens, depth: depth)
    if stride ?? depth == depth {
      table.pointee.quantize(tokens * depth, x, activations.blocks)
    } else {
      for token in 0..<tokens {
        table.pointee.quantize(
          depth, x + token * (stride ?? depth), activations.blocks + token * activations.blocksPerToken)
      }
    }
    withExtendedLifetime(activations) {}
  }

  /// C = X·Wᵀ, or C += X·Wᵀ when `accumulating`.
  ///
  /// An element's bits are those of ``multiply(_:rows:by:into:accumulating:)`` for its token: they depend neither on the
  /// ranges nor on the instruction set.
  /// - Parameters:
  ///   - x: as deep as the matrix.
  ///   - matrix: laid out for this set of kernels.
  ///   - tokens: all of `x` by default.
  ///   - rows: begins at a panel of the matrix; all rows by default.
  ///   - c: (x.tokenCount, matrix.rows), row-major, a token every `stride`, `matrix.rows` by default; only `tokens` and
  ///     `rows` of it are written.
  public func multiply(
    _ x: QuantizedActivations, by matrix: QuantizedMatrix, tokens: Range<Int>? = nil, rows: Range<Int>? = nil,
    into c: UnsafeMutablePointer<Float>, stride: Int? = nil, accumulating: Bool = false
  ) {
    let (tokens, rows, stride) = (tokens ?? 0..<x.tokenCount, rows ?? 0..<matrix.rows, stride ?? matrix.rows)
    precondition(matrix.panelRows == quantizedPanelRows, "the matrix is laid out for other kernels")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= matrix.rows && rows.lowerBound.isMultiple(of: matrix.panelRows),
      "rows of the matrix, from a panel on")
    precondition(tokens.lowerBound >= 0 && tokens.upperBound <= x.tokenCount, "tokens of the activations")
    precondition(x.depth == matrix.depth, "activations as deep as the matrix")
    table.pointee.gemm_quantized(
      matrix.type.kernelType, tokens.count, rows.count, matrix.depth,
      x.blocks + tokens.lowerBound * x.blocksPerToken, x.blocksPerToken, matrix.codes(fromRow: rows.lowerBound),
      matrix.scales(fromRow: rows.lowerBound), c + tokens.lowerBound * stride + rows.lowerBound, stride, accumulating)
    withExtendedLifetime((matrix, x)) {}
  }
}
