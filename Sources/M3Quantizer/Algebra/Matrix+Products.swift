import CLAPACK
import M3Parallel

extension Matrix {
  /// Rows that a thread takes at a time: fixed, so that no sum depends on the number of threads.
  private static let sliceRows = 128

  /// self · other.
  package func times(_ other: Matrix, workers: Int = 1) -> Matrix {
    precondition(columns == other.rows, "inner sizes differ")
    return Self.product(self, transposed: false, other, workers: workers)
  }

  /// self · otherᵀ. The reference BLAS sums rows by rows without vectors: a transposed copy costs less.
  package func times(transposed other: Matrix, workers: Int = 1) -> Matrix {
    precondition(columns == other.columns, "inner sizes differ")
    return Self.product(self, transposed: false, other.transposed, workers: workers)
  }

  /// selfᵀ · other.
  package func transposedTimes(_ other: Matrix, workers: Int = 1) -> Matrix {
    precondition(rows == other.rows, "inner sizes differ")
    return Self.product(self, transposed: true, other, workers: workers)
  }

  /// The elements on and above the diagonal of selfᵀ · self, zeros below some slices of them: what a decomposition reads.
  package func columnProducts(workers: Int) -> Matrix {
    var result = Matrix(rows: columns, columns: columns)
    guard rows > 0, columns > 0 else { return result }
    elements.withUnsafeBufferPointer { elements in
      result.elements.withUnsafeMutableBufferPointer { out in
        let (elements, out) = (elements.baseAddress!, out.baseAddress!)
        ParallelLoop.run((columns + Self.sliceRows - 1) / Self.sliceRows, workers: workers) { slice in
          let first = slice * Self.sliceRows
          m3_blas_multiply(
            false, true, Int32(columns - first), Int32(Swift.min(Self.sliceRows, columns - first)), Int32(rows),
            elements + first, Int32(columns), elements + first, Int32(columns), out + first * (columns + 1),
            Int32(columns))
        }
      }
    }
    return result
  }

  /// op(A) · B. BLAS takes a row-major matrix for its transpose, so it is asked for Bᵀ · op(A)ᵀ.
  private static func product(
    _ a: Matrix, transposed transposeA: Bool, _ b: Matrix, workers: Int
  ) -> Matrix {
    let rows = transposeA ? a.columns : a.rows
    let depth = transposeA ? a.rows : a.columns
    let columns = b.columns
    var result = Matrix(rows: rows, columns: columns)
    guard depth > 0, columns > 0 else { return result }
    a.elements.withUnsafeBufferPointer { left in
      b.elements.withUnsafeBufferPointer { right in
        result.elements.withUnsafeMutableBufferPointer { out in
          guard let left = left.baseAddress, let right = right.baseAddress, let out = out.baseAddress else { return }
          ParallelLoop.run((rows + sliceRows - 1) / sliceRows, workers: workers) { slice in
            let first = slice * sliceRows
            m3_blas_multiply(
              false, transposeA, Int32(columns), Int32(Swift.min(sliceRows, rows - first)), Int32(depth), right,
              Int32(b.columns), left + (transposeA ? first : first * a.columns), Int32(a.columns),
              out + first * columns, Int32(columns))
          }
        }
      }
    }
    return result
  }
}
