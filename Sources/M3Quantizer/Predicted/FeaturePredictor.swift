import M3Tensor

/// What features f predict of the directions z by way of P numbers: reduced-rank ridge regression (Izenman, 1975,
/// doi:10.1016/0047-259X(75)90042-1).
///
/// With G = E z fᵀ (E f fᵀ + λ)⁻¹ E f zᵀ, what ridge regression explains, the predicted numbers are its leading
/// eigenvectors' products with the full prediction.
struct FeaturePredictor: Sendable {
  /// (P, Q), orthonormal rows U.
  let basis: Matrix
  /// (P, F): W.
  let weights: Matrix
  /// (Q, Q): E (z − p)(z − p)ᵀ of the prediction p = Uᵀ W f, in the sample that it was fitted to.
  let residualCovariance: Matrix

  /// - Parameters:
  ///   - gram: of vectors (f, z), f's last element the constant.
  ///   - rank: P at most.
  ///   - ridge: in units of the features' mean square; the constant has none.
  /// - Throws: ``AlgebraError``.
  init(_ gram: GramMatrix, featureCount: Int, rank: Int, ridge: Double, seed: UInt64, workers: Int) throws {
    let (features, directions) = (0..<featureCount, featureCount..<gram.order)
    let cross = gram.mean(rows: directions, columns: features)
    var normal = gram.mean(rows: features, columns: features)
    let penalty = ridge * (normal.trace - normal[featureCount - 1, featureCount - 1]) / Double(max(1, featureCount - 1))
    for feature in 0..<featureCount - 1 { normal[feature, feature] += penalty }
    let factor = try Cholesky(normal)
    let explained = Self.gram(factor.whiten(columnsOf: cross, workers: workers), workers: workers)
    let leading = try PrincipalDirections(
      explained, count: min(rank, directions.count), seed: seed, workers: workers)
    // What is smaller is rounding of the products.
    let count = max(1, leading.variances.count { $0 > 1e-6 * max(0, leading.variances[0]) })
    let basis = leading.directions.prefix(count)
    let weights = factor.solve(rows: basis.times(cross, workers: workers), workers: workers)

    // E z pᵀ = H U and E p pᵀ = Uᵀ (U H − λ W Wᵀ) U with H = E z fᵀ Wᵀ, for (E f fᵀ + λ) Wᵀ = E f zᵀ Uᵀ; the constant has
    // no share in the last term.
    var unridged = weights
    for row in 0..<count { unridged[row, featureCount - 1] = 0 }
    var half = cross.times(transposed: weights, workers: workers)
    var inner = basis.times(half, workers: workers)
    let shrunk = unridged.times(transposed: unridged, workers: workers)
    for index in inner.elements.indices {
      inner.elements[index] = (inner.elements[index] - penalty * shrunk.elements[index]) / 2
    }
    let correction = basis.transposedTimes(inner, workers: workers)
    for index in half.elements.indices { half.elements[index] -= correction.elements[index] }
    let product = half.times(basis, workers: workers)
    var residual = gram.mean(rows: directions, columns: directions)
    for row in 0..<residual.rows {
      for column in 0..<residual.columns { residual[row, column] -= product[row, column] + product[column, row] }
    }
    self.basis = basis
    self.weights = weights
    residualCovariance = residual
  }

  /// rows · rowsᵀ, in float32 products: enough to find directions by.
  private static func gram(_ rows: Matrix, workers: Int) -> Matrix {
    let narrow = FloatBuffer(uninitializedCount: rows.elements.count)
    for (index, element) in rows.elements.enumerated() { narrow.pointer[index] = Float(element) }
    let gram = GramMatrix(order: rows.rows)
    for first in stride(from: 0, to: rows.columns, by: 256) {
      gram.add(
        columns: narrow.pointer + first, count: min(256, rows.columns - first), stride: rows.columns, workers: workers)
    }
    var result = gram.mean(rows: 0..<rows.rows, columns: 0..<rows.rows)
    for index in result.elements.indices { result.elements[index] *= Double(rows.columns) }
    return result
  }
}
