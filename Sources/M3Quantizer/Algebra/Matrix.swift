/// A matrix in double precision, row-major.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// (rows, columns).
  package var elements: [Double]

  /// Zeros.
  package init(rows: Int, columns: Int) {
    self.init(rows: rows, columns: columns, elements: Array(repeating: 0, count: rows * columns))
  }

  package init(rows: Int, columns: Int, elements: [Double]) {
    precondition(rows >= 0 && columns >= 0 && elements.count == rows * columns, "an element for each row and column")
    (self.rows, self.columns, self.elements) = (rows, columns, elements)
  }

  package subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The elements of a row, as a range of ``elements``.
  package func row(_ row: Int) -> Range<Int> { row * columns..<(row + 1) * columns }

  /// The first `count` rows.
  package func prefix(_ count: Int) -> Matrix {
    Matrix(rows: count, columns: columns, elements: Array(elements[..<(count * columns)]))
  }

  /// Square by square, so that both sides stay in the cache.
  package var transposed: Matrix {
    let side = 32
    var result = Matrix(rows: columns, columns: rows)
    elements.withUnsafeBufferPointer { from in
      result.elements.withUnsafeMutableBufferPointer { to in
        for top in stride(from: 0, to: rows, by: side) {
          for left in stride(from: 0, to: columns, by: side) {
            for row in top..<Swift.min(top + side, rows) {
              for column in left..<Swift.min(left + side, columns) {
                to[column * rows + row] = from[row * columns + column]
              }
            }
          }
        }
      }
    }
    return result
  }

  /// The mean of what stands at two mirrored places, in both; of a square matrix.
  package var symmetrized: Matrix {
    precondition(rows == columns, "a matrix that is not square")
    var result = self
    for row in 0..<rows {
      for column in 0..<row {
        let mean = (self[row, column] + self[column, row]) / 2
        result[row, column] = mean
        result[column, row] = mean
      }
    }
    return result
  }

  /// Σ of the diagonal's elements; of a square matrix.
  package var trace: Double { (0..<rows).reduce(0) { $0 + self[$1, $1] } }
}
