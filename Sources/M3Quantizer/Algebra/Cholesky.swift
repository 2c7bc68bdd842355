import CLAPACK
import M3Parallel

/// The factor L of a symmetric positive definite matrix A = L Lᵀ.
package struct Cholesky: Sendable {
  /// Columns of a right-hand side that a thread takes at a time: fixed, so that no sum depends on the number of threads.
  private static let sliceColumns = 64

  private let order: Int
  /// (order, order) column-major, of which the lower triangle is L.
  private let factor: [Double]

  /// - Parameter matrix: symmetric; what stands below its diagonal is not read.
  /// - Throws: ``AlgebraError`` `notPositiveDefinite`.
  package init(_ matrix: Matrix) throws(AlgebraError) {
    precondition(matrix.rows == matrix.columns, "a matrix that is not square")
    order = matrix.rows
    var factor = matrix.elements
    let order = Int32(order)
    let info = factor.withUnsafeMutableBufferPointer {
      order == 0 ? 0 : m3_lapack_cholesky(order, $0.baseAddress!)
    }
    guard info == 0 else { throw .notPositiveDefinite(order: Int(info)) }
    self.factor = factor
  }

  /// The solution X of X A = B, row by row: B is (rows, order).
  package func solve(rows right: Matrix, workers: Int = 1) -> Matrix {
    forEachSlice(of: right, workers: workers) { factor, count, first in
      // A is positive definite and no argument is out of range, which is all that it could say.
      _ = m3_lapack_cholesky_solve(Int32(order), count, factor, first, Int32(order))
    }
  }

  /// B L⁻ᵀ: rows that were correlated by A come out uncorrelated. B is (rows, order).
  package func whiten(columnsOf right: Matrix, workers: Int = 1) -> Matrix {
    forEachSlice(of: right, workers: workers) { factor, count, first in
      m3_lapack_lower_solve(Int32(order), count, factor, first, Int32(order))
    }
  }

  /// Row-major rows are BLAS's columns.
  private func forEachSlice(
    of right: Matrix, workers: Int, _ body: (UnsafePointer<Double>, Int32, UnsafeMutablePointer<Double>) -> Void
  ) -> Matrix {
    precondition(right.columns == order, "a right-hand side of another order")
    var result = right
    guard order > 0, right.rows > 0 else { return result }
    factor.withUnsafeBufferPointer { factor in
      result.elements.withUnsafeMutableBufferPointer { elements in
        let (factor, elements) = (factor.baseAddress!, elements.baseAddress!)
        ParallelLoop.run((right.rows + Self.sliceColumns - 1) / Self.sliceColumns, workers: workers) { slice in
          let first = slice * Self.sliceColumns
          body(factor, Int32(min(Self.sliceColumns, right.rows - first)), elements + first * order)
        }
      }
    }
    return result
  }
}
