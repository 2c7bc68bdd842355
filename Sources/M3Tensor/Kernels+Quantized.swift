internal import CKernels

/// One token's work: products of quantized matrices with a vector, and the attention of a query over rows.
extension Kernels {
  /// Rows of a quantized matrix that stand side by side; ``panelWidth`` is a multiple of it.
  public var quantizedPanelRows: Int { table.pointee.quantized_panel_rows }

  /// Rounds `count` activations, a multiple of 32, to signed bytes.
  ///
  /// The largest magnitude of a block becomes 127; ties go to even. A block with NaN or an infinity makes every product
  /// NaN, and one whose magnitudes are all below 2⁻¹⁰⁰ counts as zero. Every set of kernels gives the same bits.
  public func quantize(count: Int, _ x: UnsafePointer<Float>, into vector: QuantizedVector) {
    precondition(count.isMultiple(of: QuantizedMatrix.blockSize) && count <= vector.capacity, "whole blocks that fit")
    table.pointee.quantize(count, x, vector.blocks)
    withExtendedLifetime(vector) {}
  }

  /// y = W·x, or y += W·x when `accumulating`, for a range of W's rows.
  ///
  /// An element's bits depend neither on the range nor on the instruction set: sums of codes are exact, and blocks are
  /// added in one chain, in ascending order.
  /// - Parameters:
  ///   - matrix: laid out for this set of kernels.
  ///   - rows: begins at a panel; all rows by default.
  ///   - x: at least `matrix.depth` elements.
  ///   - y: (matrix.rows); only `rows` of it are written.
  public func multiply(
    _ matrix: QuantizedMatrix, rows: Range<Int>? = nil, by x: QuantizedVector, into y: UnsafeMutablePointer<Float>,
    accumulating: Bool = false
  ) {
    let rows = rows ?? 0..<matrix.rows
    precondition(matrix.panelRows == quantizedPanelRows, "the matrix is laid out for other kernels")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= matrix.rows && rows.lowerBound.isMultiple(of: matrix.panelRows),
      "rows of the matrix, from a panel on")
    precondition(x.capacity >= matrix.depth, "an element of x for every column")
    table.pointee.gemv_quantized(
      matrix.type.kernelType, rows.count, matrix.depth, matrix.codes(fromRow: rows.lowerBound),
      matrix.scales(fromRow: rows.lowerBound), x.blocks, y + rows.lowerBound, accumulating)
    withExtendedLifetime((matrix, x)) {}
  }

  /// Asks for elements that will be read soon. Nothing else happens, whatever lies there.
  public func prefetch(_ x: UnsafePointer<Float>, count: Int) {
    m3_prefetch(x, count * MemoryLayout<Float>.stride)
  }

  /// scores[h, s] = queries[h] · keys[s], for the query heads that share a key-value head: keys are read once.
  ///
  /// - Parameters:
  ///   - queries: (heads, dimension).
  ///   - keys: (count, dimension).
  ///   - scores: (heads, count), a head every `stride`.
  public func score(
    heads: Int, count: Int, dimension: Int, queries: UnsafePointer<Float>, keys: UnsafePointer<Float>,
    into scores: UnsafeMutablePointer<Float>, stride: Int
  ) {
    table.pointee.score_rows(heads, count, dimension, queries, keys, scores, stride)
  }

  /// out[h] += Σ weights[h, s] · values[s]: one chain over ascending rows, whose bits depend neither on how rows are split
  /// into calls nor on the instruction set.
  ///
  /// - Parameters:
  ///   - weights: (heads, count), a head every `stride`.
  ///   - values: (count, dimension).
  ///   - out: (heads, dimension).
  public func mix(
    heads: Int, count: Int, dimension: Int, weights: UnsafePointer<Float>, stride: Int, values: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>
  ) {
    table.pointee.mix_rows(heads, count, dimension, weights, stride, values, out)
  }
}
