import M3Memory
import M3Tensor

/// What features say of the directions: p = (row(t) · current + row(t − 1) · previous + constant) · basis.
struct FeaturePrediction: Sendable {
  /// P, which the scratch of a prediction takes a token.
  let rank: Int
  private let width: Int
  private let current: PackedFactor
  private let previous: PackedFactor
  /// (P).
  private let constant: [Float]
  /// (P, Q).
  private let basis: PackedFactor
  private let kernels: Kernels

  init(_ codebook: PredictedCodebook, kernels: Kernels) {
    let (width, rank) = (codebook.features.width, codebook.predictionRank)
    (self.width, self.rank, self.kernels) = (width, rank, kernels)
    constant = Array(codebook.predictor[(2 * width * rank)...])
    func factor(_ part: Int) -> PackedFactor {
      let elements = codebook.predictor[part * width * rank..<(part + 1) * width * rank]
      return PackedFactor(depth: width, columns: rank, elements: elements, kernels: kernels)
    }
    (current, previous) = (factor(0), factor(1))
    basis = PackedFactor(
      depth: rank, columns: codebook.directionCount, elements: codebook.predictionBasis[...], kernels: kernels)
  }

  /// Writes the prediction of every token.
  /// - Parameters:
  ///   - scratch: (T, P).
  ///   - projections: (T, Q).
  func predict(
    _ features: TokenFeatures, scratch: UnsafeMutablePointer<Float>, into projections: UnsafeMutablePointer<Float>
  ) {
    coordinates(of: features, into: scratch)
    basis.multiply(
      rows: features.tokenCount, scratch, stride: rank, into: projections, outStride: basis.columns,
      accumulating: false, kernels: kernels)
  }

  /// Writes what the prediction of every token is in the basis: (T, P).
  func coordinates(of features: TokenFeatures, into scratch: UnsafeMutablePointer<Float>) {
    precondition(features.width == width, "features of another kind")
    let count = features.tokenCount
    for token in 0..<count {
      constant.withUnsafeBufferPointer {
        guard let first = $0.baseAddress else { return }
        (scratch + token * rank).update(from: first, count: rank)
      }
    }
    features.rows.withUnsafeBufferPointer {
      guard let first = $0.baseAddress else { return }
      for (factor, source) in [(current, first + width), (previous, first)] {
        factor.multiply(
          rows: count, source, stride: width, into: scratch, outStride: rank, accumulating: true, kernels: kernels)
      }
    }
  }
}
