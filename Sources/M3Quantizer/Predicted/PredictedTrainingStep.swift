/// What training does, in this order.
public enum PredictedTrainingStep: String, Sendable, CaseIterable {
  /// Means and covariances of all blocks: the first reading of the sample.
  case moments
  /// Products of features and directions: the second.
  case products
  /// Components and what predicts them.
  case components
  /// Residuals of the references held out: the third.
  case residuals
  /// Distributions of symbols.
  case symbols
}
