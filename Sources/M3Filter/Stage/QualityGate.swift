/// A score that texts must have.
public struct QualityGate: Sendable {
  public let scorer: any QualityScorer
  public let rule: FilterRule

  /// - Parameter threshold: the lowest score of a text that is kept.
  public init(scorer: any QualityScorer, threshold: Double) {
    self.scorer = scorer
    rule = FilterRule(reason: "low_quality", setting: "min_quality", .atLeast(threshold))
  }

  /// Why a text of this score is refused; nil where it is kept.
  func rejection(_ score: Double) -> Rejection? {
    rule.bound.holds(score) ? nil : Rejection(profile: "quality", rule: rule, value: score)
  }
}
