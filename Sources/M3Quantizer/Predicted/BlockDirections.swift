import M3Memory

/// The Q directions of largest variance of all blocks, in the metrics of the loss: z = A (x − μ), x ≈ μ + Aᵀ⁺ z.
///
/// With S the square root of a block's metric and U the eigenvectors of S Cov S, A is Uᵀ S and what undoes it S⁻¹ U.
struct BlockDirections: Sendable {
  let shape: MemoryShape
  /// (blocks, D).
  let means: [Float]
  /// (blocks) of Q together.
  let counts: [Int]
  /// (Q, D) rows of A and of what undoes it, a block's by descending variance, as float16 holds them: coding uses them so.
  let analysis: [Float]
  let synthesis: [Float]
  /// Σ of all blocks' variances in their metrics, and what the chosen directions have of it.
  let totalVariance: Double
  let keptVariance: Double

  /// - Parameter metrics: (blocks, D, D).
  /// - Throws: ``PredictedTrainingError`` `noVariance`; ``AlgebraError``.
  init(_ moments: BlockMoments, metrics: BlockMetricRoots, count: Int) throws {
    let shape = moments.shape
    let dimension = shape.headDimension
    let blocks = 2 * shape.entryCount
    let eigens = try (0..<blocks).map { block in
      let root = metrics.roots[block]
      return try SymmetricEigen(root.times(moments.covariance(block)).times(root).symmetrized)
    }
    let total = eigens.reduce(0) { $0 + max(0, $1.values.reduce(0, +)) }
    let ranked = (0..<blocks * dimension)
      .map { (variance: eigens[$0 / dimension].values[$0 % dimension], place: $0) }
      .filter { $0.variance > 1e-12 * total }
      .sorted { ($1.variance, $0.place) < ($0.variance, $1.place) }
    guard !ranked.isEmpty else { throw PredictedTrainingError.noVariance }
    var counts = [Int](repeating: 0, count: blocks)
    for chosen in ranked.prefix(count) { counts[chosen.place / dimension] += 1 }
    func rows(_ factors: [Matrix]) -> [Float] {
      (0..<blocks).flatMap { block in
        eigens[block].vectors.prefix(counts[block]).times(factors[block]).elements.map { Float(Float16($0)) }
      }
    }
    self.shape = shape
    self.counts = counts
    means = (0..<blocks).flatMap { moments.mean($0).map { Float($0) } }
    totalVariance = total
    keptVariance = ranked.prefix(count).reduce(0) { $0 + $1.variance }
    analysis = rows(metrics.roots)
    synthesis = rows(metrics.inverseRoots)
  }

  /// Q.
  var count: Int { counts.reduce(0, +) }
}
