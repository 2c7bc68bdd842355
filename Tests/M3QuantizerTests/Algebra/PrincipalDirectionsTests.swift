import M3Quantizer
import M3TestSupport
import Testing

@Suite("Directions of largest variance")
struct PrincipalDirectionsTests {
  /// A covariance with known eigenvectors: rows of a product of reflections.
  struct Known {
    let vectors: Matrix
    let values: [Double]
    let covariance: Matrix

    init(order: Int, decay: Double) throws {
      var random = Randomness(seed: 23)
      var vectors = Matrix(rows: order, columns: order)
      for index in 0..<order { vectors[index, index] = 1 }
      for _ in 0..<4 {
        let normal = (0..<order).map { _ in Double(random.float()) }
        let square = normal.reduce(0) { $0 + $1 * $1 }
        for row in 0..<order {
          let product = (0..<order).reduce(0) { $0 + vectors[row, $1] * normal[$1] }
          for column in 0..<order { vectors[row, column] -= 2 * product / square * normal[column] }
        }
      }
      values = (0..<order).map { 1 / (1 + decay * Double($0)) }
      var scaled = vectors
      for row in 0..<order { for column in 0..<order { scaled[row, column] *= values[row] } }
      covariance = vectors.transposedTimes(scaled).symmetrized
      self.vectors = vectors
    }
  }

  @Test("iterating finds what the whole decomposition has, the same by any number of workers")
  func iteration() throws {
    let (order, count) = (1100, 40)
    let known = try Known(order: order, decay: 0.5)
    let found = try PrincipalDirections(known.covariance, count: count, seed: 1, workers: 2)
    #expect(found.directions.rows == count && found.directions.columns == order)
    for (variance, value) in zip(found.variances, known.values) { #expect(abs(variance / value - 1) < 1e-3) }
    // How much of the leading directions lies within the span that was found.
    let shared = found.directions.times(transposed: known.vectors.prefix(count / 2))
    for column in 0..<count / 2 {
      let inside = (0..<count).reduce(0) { $0 + shared[$1, column] * shared[$1, column] }
      #expect(inside > 0.9999)
    }
    let alone = try PrincipalDirections(known.covariance, count: count, seed: 1, workers: 1)
    #expect(alone.variances == found.variances && alone.directions == found.directions)
  }

  @Test("a covariance of lower rank than the directions asked for")
  func rank() throws {
    let order = 1050
    var covariance = Matrix(rows: order, columns: order)
    for index in 0..<5 { covariance[index * 200, index * 200] = Double(5 - index) }
    let found = try PrincipalDirections(covariance, count: 20, seed: 1, workers: 2)
    for (index, variance) in found.variances.enumerated() {
      #expect(abs(variance - Double(max(0, 5 - index))) < 1e-5)
    }
    for index in 0..<5 { #expect(abs(abs(found.directions[index, index * 200]) - 1) < 1e-9) }
  }
}
