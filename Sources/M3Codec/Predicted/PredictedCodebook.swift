public import M3JSON
public import M3Memory

/// What a predicted codec knows of a model: how features predict key-values, in which space residuals are coded, and how
/// their codes are distributed.
///
/// A token's keys (before rotation) and values in all blocks (entry, K/V) are one vector x. With mean μ, z = A (x − μ) keeps
/// the Q directions of largest variance over all blocks in the metric M of each block, the loss's: A = Uᵀ M^½, U the
/// eigenvectors of M^½ Cov M^½. Features f predict p = Cᵀ (Wᵀ f) by way of P numbers. The residual's R components of largest
/// variance, y = B (z − p), are quantized with one step for the whole bank.
/// Decoding: ẑ = p + Bᵀ ŷ, x̂ = μ + S ẑ, where the columns of S = M^−½ U undo A.
public struct PredictedCodebook: Sendable, Equatable {
  /// Who made the memories that it was trained on, sample and seed: what a manifest or a report says.
  public var provenance: JSONObject
  public var shape: MemoryShape
  public var features: FeatureKind
  /// (entries, 2, D): mean key and mean value of an entry.
  public var means: [Float]
  /// (entries, 2) directions that each block keeps; Q together.
  public var directionCounts: [Int]
  /// (Q, D) A's rows, block after block.
  public var analysis: [Float]
  /// (Q, D) S's columns: what a direction of 1 adds to its block.
  public var synthesis: [Float]
  /// (P, Q) C: what each predicted number says of the directions.
  public var predictionBasis: [Float]
  /// (R, Q) B: orthonormal rows, by descending deviation.
  public var basis: [Float]
  /// (2 · width + 1, P) W: of the token's row, of the row before it, and a constant.
  public var predictor: [Float]
  /// (R) standard deviation of y, positive, not ascending.
  public var deviations: [Float]
  public var symbols: SymbolModel
  /// How each head of the model reads memories; nil where they are read as context is.
  public var reading: ReadingConstants?

  public init(
    provenance: JSONObject, shape: MemoryShape, features: FeatureKind, means: [Float],
    directionCounts: [Int], analysis: [Float], synthesis: [Float],
    predictionBasis: [Float], basis: [Float], predictor: [Float], deviations: [Float], symbols: SymbolModel,
    reading: ReadingConstants? = nil
  ) {
    self.provenance = provenance
    self.shape = shape
    self.features = features
    self.means = means
    self.directionCounts = directionCounts
    self.analysis = analysis
    self.synthesis = synthesis
    self.predictionBasis = predictionBasis
    self.basis = basis
    self.predictor = predictor
    self.deviations = deviations
    self.symbols = symbols
    self.reading = reading
  }

  /// Q.
  public var directionCount: Int { directionCounts.reduce(0, +) }
  /// P.
  public var predictionRank: Int { predictor.count / (2 * features.width + 1) }
  /// R.
  public var componentCount: Int { deviations.count }
}
