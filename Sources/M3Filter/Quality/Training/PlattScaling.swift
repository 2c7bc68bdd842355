/// A straight line through the logits that makes probabilities of them (Platt, 1999): σ(slope·z + intercept).
package struct PlattScaling: Sendable, Equatable {
  /// Above zero: the order of texts stays.
  package var slope: Double
  package var intercept: Double

  /// The line that changes nothing.
  static let identity = PlattScaling(slope: 1, intercept: 0)

  init(slope: Double, intercept: Double) {
    self.slope = slope
    self.intercept = intercept
  }

  /// Fits a line by cross entropy, to targets drawn in a little as Platt does, which bounds the slope on separable logits:
  /// with P = Σ t and Q = Σ (1 − t), 1 becomes (P + 1)/(P + 2) and 0 becomes 1/(Q + 2).
  ///
  /// - Parameter logits: of examples that the weights have not seen.
  /// - Returns: nil where there is no rising line.
  package init?(logits: [Double], targets: [Double]) {
    let positive = targets.reduce(0, +)
    let (high, low) = ((positive + 1) / (positive + 2), 1 / (Double(targets.count) - positive + 2))
    let design = DesignMatrix(count: logits.count, featureCount: 1) { example, _ in logits[example] }
    let regression = LogisticRegression(
      design: design, targets: targets.map { low + (high - low) * $0 }, lambda: 0)
    guard let found = try? regression.fit(from: [1, 0]), found[0] > 0 else { return nil }
    self.init(slope: found[0], intercept: found[1])
  }

  func apply(_ logit: Double) -> Double { slope * logit + intercept }
}
