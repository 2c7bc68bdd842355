/// How a head was trained, and what it does on examples that were held out.
public struct QualityReport: Sendable, Equatable {
  public let seed: UInt64
  /// All examples, those held out among them.
  public let exampleCount: Int
  /// Documents they came from.
  public let groupCount: Int
  public let trainingCount: Int
  /// The penalty that was chosen.
  public let lambda: Double
  /// Every penalty that was tried, the largest first.
  public let validation: [ValidationLoss]
  /// Of the head as it is.
  public let heldOut: QualityFigures
  /// Without the calibration; nil where there is none.
  public let uncalibrated: QualityFigures?

  /// What cross-validation found of a penalty.
  public struct ValidationLoss: Sendable, Equatable {
    public let lambda: Double
    /// Mean cross entropy in nats of predictions for examples that the weights had not seen.
    public let logLoss: Double
  }
}
