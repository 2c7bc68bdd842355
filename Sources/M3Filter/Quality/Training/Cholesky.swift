/// The factor of a symmetric positive definite matrix: A = L·Lᵀ, in double precision.
package struct Cholesky {
  package let order: Int
  /// (order, order), row-major; the lower triangle.
  private var factor: [Double]

  /// - Parameter matrix: (order, order), row-major; only the lower triangle is read.
  /// - Returns: nil where the matrix is not positive definite in double precision.
  package init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order, "a square matrix")
    self.order = order
    factor = matrix
    for row in 0..<order {
      for column in 0...row {
        var sum = factor[row * order + column]
        for inner in 0..<column { sum -= factor[row * order + inner] * factor[column * order + inner] }
        if column < row {
          factor[row * order + column] = sum / factor[column * order + column]
        } else {
          guard sum > 0, sum.isFinite else { return nil }
          factor[row * order + row] = sum.squareRoot()
        }
      }
    }
  }

  /// The x for which A·x = `right`.
  package func solve(_ right: [Double]) -> [Double] {
    precondition(right.count == order, "as many elements as rows")
    var x = right
    for row in 0..<order {
      for column in 0..<row { x[row] -= factor[row * order + column] * x[column] }
      x[row] /= factor[row * order + row]
    }
    for row in stride(from: order - 1, through: 0, by: -1) {
      for below in row + 1..<max(order, row + 1) { x[row] -= factor[below * order + row] * x[below] }
      x[row] /= factor[row * order + row]
    }
    return x
  }
}
