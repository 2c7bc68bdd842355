/// What training found. What is unexplained was measured on the references that were held out.
public struct PredictedTrainingReport: Sendable, Equatable {
  /// References and tokens of the sample, held out ones included.
  public var referenceCount = 0
  public var tokenCount = 0
  public var heldOutCount = 0
  /// Q, P and R as they came out: fewer than asked for where key-values vary in fewer directions.
  public var directionCount = 0
  public var predictionRank = 0
  public var componentCount = 0
  /// What the Q directions have of all blocks' variance in the metrics, what the prediction leaves of that of the
  /// directions, and what the R components have of what is left; all in the references that were fitted.
  public var directionShare = 0.0
  public var residualShare = 0.0
  public var componentShare = 0.0
  /// Squared error of the prediction alone, of the variance: of all keys and of all values.
  public var unexplainedKeys = 0.0
  public var unexplainedValues = 0.0
}

extension PredictedTrainingReport: CustomStringConvertible {
  public var description: String {
    func percent(_ share: Double) -> String { "\((1000 * share).rounded() / 10) %" }
    return
      "\(referenceCount) references, \(tokenCount) tokens, \(heldOutCount) references held out; \(directionCount) directions "
      + "have \(percent(directionShare)) of the variance, the prediction of rank \(predictionRank) leaves \(percent(residualShare)) of "
      + "that, \(componentCount) components have \(percent(componentShare)) of the rest; unexplained as stored: keys "
      + "\(percent(unexplainedKeys)), values \(percent(unexplainedValues))"
  }
}
