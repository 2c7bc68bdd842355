import M3Tensor

/// The search of an index of kind `Flat` by our own kernels: it is memory that bounds it then, where faiss, built for any
/// processor, takes several times as long.
enum FlatScan {
  /// The vectors with the largest inner products with a query, best first; of equal ones the smaller position first.
  ///
  /// - Parameters:
  ///   - vectors: (rows, dimension), row-major, finite.
  ///   - count: at least 1; fewer are returned where there are fewer.
  static func search(
    _ query: [Float], in vectors: UnsafePointer<Float>, rows: Int, count: Int, kernels: Kernels = .best
  ) -> [(position: Int, score: Float)] {
    let dimension = query.count
    let count = min(count, rows)
    guard count > 0 else { return [] }
    var best = LargestScores(limit: count)
    query.withUnsafeBufferPointer { query in
      for position in 0..<rows {
        let score = kernels.dot(count: dimension, query.baseAddress!, vectors + position * dimension)
        // Another program may have written what is no number.
        if score.isFinite { best.add(index: position, score: score) }
      }
    }
    return best.items.map { ($0.index, $0.score) }
  }
}
