#if canImport(Glibc)
  import Glibc
#endif

/// L2-regularised logistic regression on soft labels, by Newton's method.
///
/// It minimises
///
///     J(w, b) = 1/N · Σᵢ [softplus(zᵢ) − tᵢ·zᵢ] + λ/2 · ‖w‖²,    z = X·w + b,
///
/// the mean cross entropy of targets tᵢ from 0 to 1; the bias is not penalised. scikit-learn's C is 1 / (λ·N). J is
/// strictly convex for λ > 0 and targets that are not all 0 or all 1, so there is one optimum, also with fewer examples
/// than features. All sums run in a fixed order on one thread.
package struct LogisticRegression {
  package let design: DesignMatrix
  /// N values from 0 to 1.
  package let targets: [Double]
  /// λ.
  package let lambda: Double

  /// The largest element of the gradient at which the optimum counts as reached.
  package static let tolerance = 1e-10
  private static let maximumSteps = 100

  package init(design: DesignMatrix, targets: [Double], lambda: Double) {
    precondition(targets.count == design.count && design.count > 0, "a target an example, and at least one")
    self.design = design
    self.targets = targets
    self.lambda = lambda
  }

  /// The weights and, last, the bias.
  /// - Parameter start: where to begin; nil for zeros.
  /// - Throws: ``QualityError`` `notConverged`.
  package func fit(from start: [Double]? = nil) throws(QualityError) -> [Double] {
    var coefficients = start ?? [Double](repeating: 0, count: design.width)
    var logits = design.product(coefficients)
    var objective = objective(coefficients, logits)
    for _ in 0..<Self.maximumSteps {
      let gradient = gradient(coefficients, logits)
      let largest = gradient.reduce(0) { max($0, abs($1)) }
      if largest <= Self.tolerance { return coefficients }
      guard let direction = Cholesky(hessian(logits), order: design.width)?.solve(gradient) else { break }
      let slope = zip(direction, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      var step = 1.0
      while true {
        let candidate = zip(coefficients, direction).map { $0 - step * $1 }
        let candidateLogits = design.product(candidate)
        let value = self.objective(candidate, candidateLogits)
        // Armijo's condition; close to the optimum rounding hides what a step gains.
        if value <= objective - 1e-4 * step * slope + 1e-13 * (1 + abs(objective)) {
          (coefficients, logits, objective) = (candidate, candidateLogits, value)
          break
        }
        step /= 2
        guard step > 1e-12 else { throw .notConverged(lambda: lambda) }
      }
    }
    throw .notConverged(lambda: lambda)
  }

  /// J.
  package func objective(_ coefficients: [Double], _ logits: [Double]) -> Double {
    var sum = 0.0
    for (logit, target) in zip(logits, targets) { sum += Self.crossEntropy(logit: logit, target: target) }
    var penalty = 0.0
    for weight in coefficients.dropLast() { penalty += weight * weight }
    return sum / Double(design.count) + lambda / 2 * penalty
  }

  /// ∂J/∂(w, b).
  package func gradient(_ coefficients: [Double], _ logits: [Double]) -> [Double] {
    var gradient = design.transposedProduct(zip(logits, targets).map { Self.sigmoid($0) - $1 })
    let scale = 1 / Double(design.count)
    for index in gradient.indices {
      gradient[index] = gradient[index] * scale + (index < gradient.count - 1 ? lambda * coefficients[index] : 0)
    }
    return gradient
  }

  /// ∂²J/∂(w, b)²: the lower triangle, row-major.
  private func hessian(_ logits: [Double]) -> [Double] {
    let scale = 1 / Double(design.count)
    var hessian = design.weightedGram(
      logits.map { logit in
        let probability = Self.sigmoid(logit)
        return probability * (1 - probability) * scale
      })
    for index in 0..<design.width - 1 { hessian[index * design.width + index] += lambda }
    return hessian
  }

  static func sigmoid(_ logit: Double) -> Double {
    if logit >= 0 { return 1 / (1 + exp(-logit)) }
    let power = exp(logit)
    return power / (1 + power)
  }

  /// −t·log σ(z) − (1 − t)·log(1 − σ(z)), in nats.
  static func crossEntropy(logit: Double, target: Double) -> Double {
    max(logit, 0) + log1p(exp(-abs(logit))) - target * logit
  }
}
