#if canImport(Glibc)
  import Glibc
#endif

/// How well scores tell good texts from bad ones, and whether they mean what they say.
public struct QualityFigures: Sendable, Equatable {
  public let count: Int
  /// Texts whose label is in the upper half of the scale, ½ included.
  public let positiveCount: Int
  /// Of telling the upper half of the scale from the lower; nil where there is one of them only.
  public let area: AreaUnderCurve?
  /// Spearman's correlation of scores with labels; nil where either never changes.
  public let spearman: Double?
  /// Mean cross entropy in nats. Scores count as at least 10⁻¹⁵ away from 0 and 1.
  public let logLoss: Double
  /// Mean square of score less label (Brier, 1950).
  public let brier: Double
  /// Ten bins of equal width, by score.
  public let reliability: [ReliabilityBin]

  /// - Parameters:
  ///   - scores: at least one, each 0 to 1.
  ///   - targets: labels on the scale 0 to 1, one a score.
  public init(scores: [Double], targets: [Double]) {
    precondition(scores.count == targets.count && !scores.isEmpty, "a label a score, and at least one")
    precondition((scores + targets).allSatisfy { (0...1).contains($0) }, "from 0 to 1")
    let isPositive = targets.map { $0 >= 0.5 }
    var (loss, square) = (0.0, 0.0)
    for (score, target) in zip(scores, targets) {
      let bounded = min(max(score, 1e-15), 1 - 1e-15)
      loss -= target * log(bounded) + (1 - target) * log1p(-bounded)
      square += (score - target) * (score - target)
    }
    self.init(
      count: scores.count, positiveCount: isPositive.count { $0 },
      area: AreaUnderCurve(scores: scores, isPositive: isPositive),
      spearman: RankCorrelation.spearman(scores, targets), logLoss: loss / Double(scores.count),
      brier: square / Double(scores.count), reliability: ReliabilityBin.table(scores: scores, targets: targets))
  }

  init(
    count: Int, positiveCount: Int, area: AreaUnderCurve?, spearman: Double?, logLoss: Double, brier: Double,
    reliability: [ReliabilityBin]
  ) {
    self.count = count
    self.positiveCount = positiveCount
    self.area = area
    self.spearman = spearman
    self.logLoss = logLoss
    self.brier = brier
    self.reliability = reliability
  }

  /// The mean over texts of |mean score − mean label| of their bin: 0 where scores are the probabilities they look like.
  public var calibrationError: Double {
    reliability.reduce(0) { $0 + Double($1.count) * abs($1.meanScore - $1.meanLabel) } / Double(count)
  }
}
