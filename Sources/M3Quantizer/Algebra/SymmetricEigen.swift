import CLAPACK

/// The eigenvectors of a symmetric matrix.
package struct SymmetricEigen: Sendable {
  /// Descending.
  package let values: [Double]
  /// (order, order): a row for each value, orthonormal. The element of the largest magnitude, the first of equal ones, is
  /// positive in each.
  package let vectors: Matrix

  /// - Parameter matrix: symmetric; only one triangle of it is read.
  /// - Throws: ``AlgebraError``.
  package init(_ matrix: Matrix) throws(AlgebraError) {
    precondition(matrix.rows == matrix.columns, "a matrix that is not square")
    let order = matrix.rows
    var columns = matrix.elements
    var ascending = [Double](repeating: 0, count: order)
    let info = columns.withUnsafeMutableBufferPointer { columns in
      ascending.withUnsafeMutableBufferPointer { values in
        order == 0 ? 0 : m3_lapack_symmetric_eigen(Int32(order), columns.baseAddress!, values.baseAddress!)
      }
    }
    if info == Int32(M3_LAPACK_NO_MEMORY) { throw .outOfMemory(order: order) }
    guard info == 0 else { throw .notConverged(count: Int(info)) }
    // LAPACK's columns are rows here, those of small values first.
    var vectors = Matrix(rows: order, columns: order)
    for row in 0..<order {
      let source = (order - 1 - row) * order
      var largest = 0
      for element in 0..<order where columns[source + element].magnitude > columns[source + largest].magnitude {
        largest = element
      }
      let sign: Double = columns[source + largest] < 0 ? -1 : 1
      for element in 0..<order { vectors[row, element] = sign * columns[source + element] }
    }
    self.vectors = vectors
    values = ascending.reversed()
  }
}
