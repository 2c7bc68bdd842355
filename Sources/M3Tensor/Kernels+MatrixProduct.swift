internal import CKernels

extension Kernels {
  /// C = A·B, or C += A·B when `accumulating`.
  ///
  /// Each element of C is one chain of fused multiply-adds over ascending depth, from 0 or from C: a row's bits depend
  /// neither on how many rows a call has nor on the instruction set.
  /// - Parameters:
  ///   - a: (rows, depth), row-major, a row every `aStride`.
  ///   - packed: B of (depth, columns), packed by this set's `pack` or `packTransposed`.
  ///   - c: (rows, columns), row-major, a row every `cStride`.
  public func multiply(
    rows: Int, columns: Int, depth: Int,
    _ a: UnsafePointer<Float>, stride aStride: Int,
    packed: UnsafePointer<Float>,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int,
    accumulating: Bool = false
  ) {
    table.pointee.gemm(rows, columns, depth, a, aStride, packed, c, cStride, accumulating)
  }

  /// C = A·B, or C += A·B when `accumulating`, for a matrix packed ahead.
  ///
  /// - Parameters:
  ///   - a: (rows, matrix.depth), row-major, a row every `aStride`; `matrix.depth` by default.
  ///   - matrix: packed for this set of kernels.
  ///   - c: (rows, matrix.columns), row-major, a row every `cStride`; `matrix.columns` by default.
  public func multiply(
    rows: Int,
    _ a: UnsafePointer<Float>, stride aStride: Int? = nil,
    by matrix: PackedMatrix,
    into c: UnsafeMutablePointer<Float>, stride cStride: Int? = nil,
    accumulating: Bool = false
  ) {
    precondition(matrix.panelWidth == panelWidth, "the matrix is packed for other kernels")
    multiply(
      rows: rows, columns: matrix.columns, depth: matrix.depth,
      a, stride: aStride ?? matrix.depth,
      packed: matrix.pointer,
      into: c, stride: cStride ?? matrix.columns,
      accumulating: accumulating)
    // The pointer alone would not keep the matrix alive until here.
    withExtendedLifetime(matrix) {}
  }

  /// Elements of a packed B of (depth, columns): ceil(columns / panelWidth) · depth · panelWidth.
  ///
  /// - Throws: `TensorError.sizeOverflow`.
  public func packedCount(columns: Int, depth: Int) throws(TensorError) -> Int {
    guard columns >= 0, depth >= 0 else { throw .sizeOverflow(factors: [columns, depth]) }
    let count = table.pointee.packed_count(columns, depth)
    guard count >= 0, count <= Int.max / 8 else { throw .sizeOverflow(factors: [columns, depth]) }
    return count
  }

  /// Columns rounded up to whole panels.
  public func padded(_ columns: Int) -> Int { (columns + panelWidth - 1) / panelWidth * panelWidth }

  /// Packs B given as its transpose: weights (outputs, inputs), or keys (T, D).
  ///
  /// - Parameters:
  ///   - w: (columns, depth), row-major, a row every `stride`.
  ///   - packed: `packedCount` elements; (ceil(columns / panelWidth), depth, panelWidth), zero beyond the last column.
  public func packTransposed(
    columns: Int, depth: Int, _ w: UnsafePointer<Float>, stride: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    table.pointee.pack_transposed(columns, depth, w, stride, packed)
  }

  /// Packs B given as it is, as values (T, D): `b` is (depth, columns), row-major, a row every `stride`.
  public func pack(
    columns: Int, depth: Int, _ b: UnsafePointer<Float>, stride: Int, into packed: UnsafeMutablePointer<Float>
  ) {
    table.pointee.pack(columns, depth, b, stride, packed)
  }
}
