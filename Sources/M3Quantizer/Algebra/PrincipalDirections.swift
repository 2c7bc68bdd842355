import M3Bytes
import M3Parallel
package import M3Tensor

/// The directions of largest variance: the leading eigenvectors of a covariance.
package struct PrincipalDirections: Sendable {
  /// Up to this order all eigenvectors are computed: it takes no longer.
  private static let directOrder = 1024
  /// Directions that are iterated beside those asked for, so that the last of these converge too.
  private static let oversampling = 64
  /// Each multiplies what is foreign to the leading subspace by the ratio of its eigenvalues to the leading ones.
  private static let iterationCount = 5
  /// Share of the trace that the iteration adds to the diagonal. It changes no eigenvector, and keeps the iterated
  /// directions so far from dependent that one Cholesky factor makes them orthonormal.
  private static let shift = 1e-6

  /// Descending variances.
  package let variances: [Double]
  /// (directions, order), orthonormal rows.
  package let directions: Matrix

  /// - Parameters:
  ///   - covariance: symmetric.
  ///   - count: directions, at most the order.
  ///   - seed: of the directions that the iteration begins with.
  /// - Throws: ``AlgebraError``.
  package init(
    _ covariance: Matrix, count: Int, seed: UInt64, workers: Int, kernels: Kernels = .best
  ) throws(AlgebraError) {
    let order = covariance.rows
    precondition(covariance.columns == order && (0...order).contains(count), "more directions than dimensions")
    if order <= Self.directOrder || count + Self.oversampling >= order {
      let eigen = try SymmetricEigen(covariance)
      variances = Array(eigen.values[..<count])
      directions = eigen.vectors.prefix(count)
      return
    }
    let operand = ShiftedOperand(covariance, shift: Self.shift * covariance.trace, kernels: kernels)
    var random = SplitMix64(state: seed)
    // (order, iterated): columns are directions.
    var subspace = Matrix(rows: order, columns: count + Self.oversampling)
    for index in subspace.elements.indices {
      subspace.elements[index] = Double(random.next() >> 11) * 0x1p-52 - 1
    }
    for _ in 0..<Self.iterationCount {
      let image = operand.times(subspace, workers: workers)
      subspace = try Cholesky(image.columnProducts(workers: workers)).whiten(columnsOf: image, workers: workers)
    }
    // Rayleigh and Ritz: within the subspace the eigenvectors are those of a small matrix, without the shift.
    var projected = subspace.transposedTimes(operand.times(subspace, workers: workers), workers: workers).symmetrized
    for index in 0..<projected.rows { projected[index, index] -= operand.shift }
    let ritz = try SymmetricEigen(projected)
    variances = Array(ritz.values[..<count])
    directions = ritz.vectors.prefix(count).times(transposed: subspace, workers: workers)
  }
}

/// C + shift · I in float32, which is enough to find a subspace by.
private struct ShiftedOperand {
  private static let sliceRows = 96

  let order: Int
  let shift: Double
  /// (order, order).
  let elements: FloatBuffer
  let kernels: Kernels

  init(_ covariance: Matrix, shift: Double, kernels: Kernels) {
    order = covariance.rows
    self.shift = shift
    self.kernels = kernels
    elements = FloatBuffer(uninitializedCount: order * order)
    for index in 0..<order * order { elements.pointer[index] = Float(covariance.elements[index]) }
    for row in 0..<order { elements.pointer[row * order + row] = Float(covariance[row, row] + shift) }
  }

  /// The product with a matrix of (order, columns).
  func times(_ right: Matrix, workers: Int) -> Matrix {
    let columns = right.columns
    let narrow = FloatBuffer(uninitializedCount: order * columns)
    for index in 0..<order * columns { narrow.pointer[index] = Float(right.elements[index]) }
    let packed = FloatBuffer(uninitializedCount: kernels.padded(columns) * order)
    kernels.pack(columns: columns, depth: order, narrow.pointer, stride: columns, into: packed.pointer)
    ParallelLoop.run((order + Self.sliceRows - 1) / Self.sliceRows, workers: workers) { slice in
      let first = slice * Self.sliceRows
      kernels.multiply(
        rows: min(Self.sliceRows, order - first), columns: columns, depth: order, elements.pointer + first * order,
        stride: order, packed: packed.pointer, into: narrow.pointer + first * columns, stride: columns)
    }
    return Matrix(rows: order, columns: columns, elements: narrow.elements.map(Double.init))
  }
}
