internal import CKernels

extension Kernels {
  /// C += A·B for a sparse A in compressed rows: bit for bit what the product of the dense one adds, but for the sign of zeros.
  ///
  /// - Parameters:
  ///   - starts: (rows + 1) where each row's elements begin, and where the last one's end.
  ///   - indices: columns of A, ascending within a row, below `depth`.
  ///   - values: as many.
  ///   - packed: B of (depth, columns), packed by this set's `pack` or `packTransposed`.
  ///   - c: (rows, columns), row-major, a row every `cStride`.
  public func multiplySparse(
    rows: Int, columns: Int, depth: Int, starts: UnsafePointer<UInt32>, indices: UnsafePointer<UInt32>,
    values: UnsafePointer<Float>, packed: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    table.pointee.gemm_sparse(rows, starts, indices, values, columns, depth, packed, c, cStride)
  }
}
