import M3Parallel

/// Chooses the penalty: each part is predicted by weights that were fitted to the others.
struct CrossValidation {
  /// The penalty of the smallest loss; of equal ones the largest.
  let lambda: Double
  /// Mean cross entropy of each penalty in nats, the largest penalty first.
  let losses: [QualityReport.ValidationLoss]
  /// For every part its examples and, at ``lambda``, their logits.
  private let predictions: [(indices: [Int], logits: [Double])]

  /// - Parameters:
  ///   - parts: at least two.
  ///   - workers: threads; each takes whole folds.
  /// - Throws: ``QualityError`` `constantLabel` where the other parts of a fold have one label only; `notConverged`.
  init(
    _ examples: [QualityExample], targets: [Double], parts: [[Int]], lambdas: [Double], workers: Int
  ) throws(QualityError) {
    precondition(workers >= 1, "nobody to do the work")
    let lambdas = lambdas.sorted(by: >)
    let logits = try ParallelLoop.map(parts.count, workers: workers) { fold throws(QualityError) in
      try Self.logits(examples, targets, parts, fold: fold, lambdas)
    }

    var losses: [QualityReport.ValidationLoss] = []
    for (place, lambda) in lambdas.enumerated() {
      var sum = 0.0
      for (part, logits) in zip(parts, logits) {
        for (index, logit) in zip(part, logits[place]) {
          sum += LogisticRegression.crossEntropy(logit: logit, target: targets[index])
        }
      }
      losses.append(.init(lambda: lambda, logLoss: sum / Double(parts.reduce(0) { $0 + $1.count })))
    }
    let best = losses.indices.min { (losses[$0].logLoss, $0) < (losses[$1].logLoss, $1) }!
    lambda = lambdas[best]
    self.losses = losses
    predictions = zip(parts, logits).map { ($0, $1[best]) }
  }

  /// The logits of one part for each penalty, each fit begun where the stronger penalty's ended.
  private static func logits(
    _ examples: [QualityExample], _ targets: [Double], _ parts: [[Int]], fold: Int, _ lambdas: [Double]
  ) throws(QualityError) -> [[Double]] {
    let training = parts.indices.filter { $0 != fold }.flatMap { parts[$0] }.sorted()
    let trainingTargets = training.map { targets[$0] }
    if let first = trainingTargets.first, trainingTargets.allSatisfy({ $0 == first }) {
      throw .constantLabel(first, part: "what is left when fold \(fold) is taken away")
    }
    let vectors = training.map { examples[$0].vector }
    let standardization = Standardization(vectors)
    let design = DesignMatrix(vectors, standardization)
    let tested = DesignMatrix(parts[fold].map { examples[$0].vector }, standardization)
    var coefficients: [Double]?
    var logits: [[Double]] = []
    for lambda in lambdas {
      let fitted = try LogisticRegression(design: design, targets: trainingTargets, lambda: lambda)
        .fit(from: coefficients)
      logits.append(tested.product(fitted))
      coefficients = fitted
    }
    return logits
  }

  /// A line through the logits, fitted to all parts; nil where lines that are fitted to all parts but one do not lower the
  /// cross entropy of that one.
  func calibration(_ targets: [Double]) -> PlattScaling? {
    func fit(without fold: Int?) -> PlattScaling? {
      let used = predictions.indices.filter { $0 != fold }
      return PlattScaling(
        logits: used.flatMap { predictions[$0].logits },
        targets: used.flatMap { predictions[$0].indices.map { targets[$0] } })
    }
    var (before, after) = (0.0, 0.0)
    for (fold, prediction) in predictions.enumerated() {
      guard let scaling = fit(without: fold) else { return nil }
      for (index, logit) in zip(prediction.indices, prediction.logits) {
        before += LogisticRegression.crossEntropy(logit: logit, target: targets[index])
        after += LogisticRegression.crossEntropy(logit: scaling.apply(logit), target: targets[index])
      }
    }
    return after < before ? fit(without: nil) : nil
  }
}
