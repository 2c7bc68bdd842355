/// Singular value decomposition by one-sided Jacobi rotations (Hestenes, 1958, doi:10.1137/0106005) in double precision:
/// for head dimensions it takes milliseconds, and gives the same bits everywhere.
struct SingularValues {
  let size: Int
  /// Runs of four elements in a padded row.
  private let runs: Int
  /// (size, runs): the columns of A · V, left singular vectors times singular values, each a padded row.
  private var scaled: [SIMD4<Double>]
  /// (size, runs): right singular vectors, each a padded row.
  private var right: [SIMD4<Double>]
  /// Singular values, in no order.
  private(set) var values: [Double]

  private static let mostSweeps = 40

  /// - Parameter matrix: (size, size), row-major.
  init(_ matrix: [Double], size: Int) {
    precondition(matrix.count == size * size, "a square matrix")
    self.size = size
    runs = (size + 3) / 4
    scaled = Array(repeating: .zero, count: size * runs)
    right = scaled
    for column in 0..<size {
      for row in 0..<size { scaled[column * runs + row / 4][row % 4] = matrix[row * size + column] }
      right[column * runs + column / 4][column % 4] = 1
    }
    values = []
    for _ in 0..<Self.mostSweeps {
      if sweep() == 0 { break }
    }
    values = (0..<size).map { Self.dot(scaled, $0, $0, runs: runs).squareRoot() }
  }

  /// - Returns: how many pairs of columns were not orthogonal yet.
  private mutating func sweep() -> Int {
    var rotations = 0
    for first in 0..<size {
      for second in first + 1..<max(size, first + 1) {
        let alpha = Self.dot(scaled, first, first, runs: runs)
        let beta = Self.dot(scaled, second, second, runs: runs)
        let gamma = Self.dot(scaled, first, second, runs: runs)
        guard gamma.magnitude > 1e-13 * (alpha * beta).squareRoot() else { continue }
        rotations += 1
        let zeta = (beta - alpha) / (2 * gamma)
        let tangent = (zeta >= 0 ? 1 : -1) / (zeta.magnitude + (1 + zeta * zeta).squareRoot())
        let cosine = 1 / (1 + tangent * tangent).squareRoot()
        Self.rotate(&scaled, first, second, runs: runs, cosine, cosine * tangent)
        Self.rotate(&right, first, second, runs: runs, cosine, cosine * tangent)
      }
    }
    return rotations
  }

  private static func dot(_ vectors: [SIMD4<Double>], _ first: Int, _ second: Int, runs: Int) -> Double {
    vectors.withUnsafeBufferPointer { vectors in
      var sum = SIMD4<Double>.zero
      for run in 0..<runs { sum += vectors[first * runs + run] * vectors[second * runs + run] }
      return sum.sum()
    }
  }

  private static func rotate(
    _ vectors: inout [SIMD4<Double>], _ first: Int, _ second: Int, runs: Int, _ cosine: Double, _ sine: Double
  ) {
    vectors.withUnsafeMutableBufferPointer { vectors in
      for run in 0..<runs {
        let (x, y) = (vectors[first * runs + run], vectors[second * runs + run])
        vectors[first * runs + run] = cosine * x - sine * y
        vectors[second * runs + run] = sine * x + cosine * y
      }
    }
  }

  /// Element of a right singular vector.
  func right(_ vector: Int, _ element: Int) -> Double { right[vector * runs + element / 4][element % 4] }

  /// Element of a left singular vector; 0 where the singular value is.
  func left(_ vector: Int, _ element: Int) -> Double {
    values[vector] > 0 ? scaled[vector * runs + element / 4][element % 4] / values[vector] : 0
  }
}
