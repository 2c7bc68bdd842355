/// Square roots of the blocks' metrics, and of their inverses.
///
/// Metrics are estimates, some of them of low rank: each gets a share of its own mean diagonal and of that of all blocks.
struct BlockMetricRoots: Sendable {
  /// Of a block's mean diagonal, on its diagonal.
  private static let ownRidge = 0.02
  /// Of all blocks' mean diagonal.
  private static let commonRidge = 1e-5

  /// (blocks) of (D, D), symmetric.
  let roots: [Matrix]
  let inverseRoots: [Matrix]

  /// - Parameter metrics: (blocks, D, D), symmetric. Their scale does not matter: the mean diagonal becomes 1.
  /// - Throws: ``PredictedTrainingError`` `setting` for metrics that are not; ``AlgebraError``.
  init(_ metrics: [Double], dimension: Int) throws {
    let size = dimension * dimension
    let blocks = stride(from: 0, to: metrics.count, by: size).map {
      Matrix(rows: dimension, columns: dimension, elements: Array(metrics[$0..<$0 + size])).symmetrized
    }
    let mean = blocks.reduce(0) { $0 + $1.trace } / Double(blocks.count * dimension)
    guard mean > 0, mean.isFinite else {
      throw PredictedTrainingError.setting("metrics", found: "mean diagonal \(mean)", allowed: "above 0")
    }
    var (roots, inverseRoots): ([Matrix], [Matrix]) = ([], [])
    for (index, block) in blocks.enumerated() {
      let own = block.trace / Double(dimension)
      guard block.elements.allSatisfy(\.isFinite), own >= 0 else {
        throw PredictedTrainingError.setting(
          "metrics", found: "\(own) in block \(index)", allowed: "finite, not below 0")
      }
      let eigen = try SymmetricEigen(block)
      let ridge = Self.ownRidge * own + Self.commonRidge * mean
      let values = eigen.values.map { (max(0, $0) + ridge) / mean }
      roots.append(eigen.matrix(values.map { $0.squareRoot() }))
      inverseRoots.append(eigen.matrix(values.map { 1 / $0.squareRoot() }))
    }
    (self.roots, self.inverseRoots) = (roots, inverseRoots)
  }
}

extension SymmetricEigen {
  /// The matrix of these eigenvectors with other eigenvalues.
  fileprivate func matrix(_ values: [Double]) -> Matrix {
    var scaled = vectors
    for row in 0..<scaled.rows {
      for element in scaled.row(row) { scaled.elements[element] *= values[row] }
    }
    return vectors.transposedTimes(scaled).symmetrized
  }
}
