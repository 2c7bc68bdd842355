import M3Quantizer
import M3TestSupport
import Testing

@Suite("Products and decompositions of matrices")
struct MatrixTests {
  /// Covariance of random vectors whose spread falls from dimension to dimension.
  static func covariance(_ order: Int, seed: UInt64) -> Matrix {
    var random = Randomness(seed: seed)
    let factor = Matrix(
      rows: order, columns: order,
      elements: (0..<order * order).map { Double(random.float()) / Double(1 + $0 / order) })
    return factor.transposedTimes(factor)
  }

  static func slowProduct(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    for row in 0..<a.rows {
      for column in 0..<b.columns {
        result[row, column] = (0..<a.columns).reduce(0) { $0 + a[row, $1] * b[$1, column] }
      }
    }
    return result
  }

  static func distance(_ a: Matrix, _ b: Matrix) -> Double {
    #expect(a.rows == b.rows && a.columns == b.columns)
    return zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(
    "a product is the slow one, transposed or not, by any number of workers",
    arguments: [(1, 1, 1), (5, 3, 7), (130, 40, 129), (300, 2, 17), (3, 0, 4)])
  func products(rows: Int, depth: Int, columns: Int) {
    var random = Randomness(seed: 3)
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in Double(random.float()) })
    }
    let (a, b) = (matrix(rows, depth), matrix(depth, columns))
    let expected = Self.slowProduct(a, b)
    for workers in 1...3 {
      let found = a.times(b, workers: workers)
      #expect(Self.distance(found, expected) < 1e-12)
      #expect(found == a.times(b))
      #expect(Self.distance(a.times(transposed: b.transposed, workers: workers), expected) < 1e-12)
      #expect(Self.distance(a.transposed.transposedTimes(b, workers: workers), expected) < 1e-12)
    }
  }

  @Test("the triangle of products of columns", arguments: [(1, 1), (9, 130), (40, 300)])
  func columnProducts(rows: Int, columns: Int) {
    var random = Randomness(seed: 21)
    let matrix = Matrix(
      rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in Double(random.float()) })
    let expected = Self.slowProduct(matrix.transposed, matrix)
    for workers in 1...3 {
      let found = matrix.columnProducts(workers: workers)
      for row in 0..<columns {
        for column in row..<columns { #expect(abs(found[row, column] - expected[row, column]) < 1e-12) }
      }
    }
  }

  @Test("eigenvectors are orthonormal, descend, and give the matrix again", arguments: [1, 2, 7, 64, 150])
  func eigen(order: Int) throws {
    let matrix = Self.covariance(order, seed: 5)
    let eigen = try SymmetricEigen(matrix)
    #expect(eigen.values == eigen.values.sorted(by: >))
    var identity = Matrix(rows: order, columns: order)
    for index in 0..<order { identity[index, index] = 1 }
    #expect(Self.distance(eigen.vectors.times(transposed: eigen.vectors), identity) < 1e-10)
    var scaled = eigen.vectors
    for row in 0..<order { for column in 0..<order { scaled[row, column] *= eigen.values[row] } }
    #expect(Self.distance(eigen.vectors.transposedTimes(scaled), matrix) < 1e-9 * matrix.trace)
    for row in 0..<order {
      let largest = eigen.vectors.elements[eigen.vectors.row(row)].max { abs($0) < abs($1) }!
      #expect(largest > 0)
    }
  }

  @Test("a Cholesky factor solves, and makes correlated columns uncorrelated", arguments: [1, 3, 65, 130])
  func cholesky(order: Int) throws {
    var matrix = Self.covariance(order, seed: 9)
    for index in 0..<order { matrix[index, index] += 0.01 }
    let factor = try Cholesky(matrix)
    let right = Self.covariance(order, seed: 11)
    let solution = factor.solve(rows: right)
    #expect(Self.distance(solution.times(matrix), right) < 1e-8)
    for workers in 2...3 { #expect(factor.solve(rows: right, workers: workers) == solution) }

    // Rows x of covariance A become x L⁻ᵀ of covariance 1: with A = XᵀX.
    let rows = Self.covariance(order + 3, seed: 13)
    var gram = rows.transposedTimes(rows)
    for index in 0..<order + 3 { gram[index, index] += 1e-3 }
    let white = try Cholesky(gram).whiten(columnsOf: gram, workers: 2)
    #expect(Self.distance(white.times(transposed: white), gram) < 1e-9)
  }

  @Test("what is not positive definite has no factor")
  func indefinite() throws {
    let matrix = Matrix(rows: 3, columns: 3, elements: [1, 0, 0, 0, -1, 0, 0, 0, 1])
    #expect(throws: AlgebraError.notPositiveDefinite(order: 2)) { try Cholesky(matrix) }
    #expect(throws: AlgebraError.notPositiveDefinite(order: 1)) { try Cholesky(Matrix(rows: 2, columns: 2)) }
  }
}
