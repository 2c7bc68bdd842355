public import M3Memory

/// What a predicted codebook is to be.
public struct PredictedTrainingSettings: Sendable, Equatable {
  public var features: FeatureKind
  /// Q: directions of all blocks together.
  public var directionCount: Int
  /// P: numbers that features predict.
  public var predictionRank: Int
  /// R: components of what the prediction leaves, which are coded.
  public var componentCount: Int
  /// λ: what the ridge regression adds to the features' variances, in units of their mean.
  public var ridge: Double
  /// References that deviations and symbol statistics are measured on. They are left out of the rest, so that these are
  /// of references that the predictor has not seen; at most a fifth of the sample.
  public var heldOutCount: Int
  /// Payload sizes between which the symbol statistics shall hold, in bytes.
  public var payloadBytes: ClosedRange<Double>
  public var seed: UInt64
  /// Threads. They change no result.
  public var workers: Int

  public init(
    features: FeatureKind, directionCount: Int = 6144, predictionRank: Int = 384, componentCount: Int = 1024,
    ridge: Double = 1e-3, heldOutCount: Int = 128, payloadBytes: ClosedRange<Double> = 1024...65536,
    seed: UInt64 = 1, workers: Int = 1
  ) {
    self.features = features
    self.directionCount = directionCount
    self.predictionRank = predictionRank
    self.componentCount = componentCount
    self.ridge = ridge
    self.heldOutCount = heldOutCount
    self.payloadBytes = payloadBytes
    self.seed = seed
    self.workers = workers
  }

  /// Elements of a token's features: its row, the row before it, and a constant.
  var featureCount: Int { 2 * features.width + 1 }

  /// - Throws: ``PredictedTrainingError`` `setting`.
  func validate() throws(PredictedTrainingError) {
    func require(_ condition: Bool, _ name: String, _ found: Any, _ allowed: String) throws(PredictedTrainingError) {
      if !condition { throw .setting(name, found: "\(found)", allowed: allowed) }
    }
    try require((1...1 << 15).contains(directionCount), "directions", directionCount, "1 ... 32768")
    try require((1...directionCount).contains(componentCount), "components", componentCount, "1 ... \(directionCount)")
    try require((1...directionCount).contains(predictionRank), "rank", predictionRank, "1 ... \(directionCount)")
    try require((1...1 << 14).contains(features.width), "feature width", features.width, "1 ... 16384")
    try require(ridge > 0 && ridge.isFinite, "ridge", ridge, "above 0")
    try require(heldOutCount >= 1, "held out references", heldOutCount, "at least 1")
    try require(workers >= 1, "workers", workers, "at least 1")
    try require(payloadBytes.lowerBound >= 16, "payload bytes", payloadBytes.lowerBound, "at least 16")
  }
}
