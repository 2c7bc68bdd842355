public import M3Codec
import M3Memory
import M3Parallel

/// Residuals of some references, from which sizes and statistics are taken at any step.
///
/// Takes 4 · T · R bytes a reference.
public struct ResidualSample: Sendable {
  /// Of each reference, (T, R).
  package private(set) var residuals: [[Float]] = []

  package init(residuals: [[Float]] = []) {
    self.residuals = residuals
  }

  /// The residuals of all references of a source.
  /// - Throws: what reading throws; ``FormatError`` of a memory that does not fit the codebook.
  public init(_ source: some TrainingSource, codebook: PredictedCodebook) throws {
    let transform = ResidualTransform(codebook)
    try source.read(
      { try transform.residuals(of: $0, features: $1) }, consume: { (found: [Float]) in residuals.append(found) })
  }

  package mutating func append(_ residuals: [Float]) { self.residuals.append(residuals) }

  /// (R) root mean squares of the components, and tokens that they are of.
  package func deviations(componentCount: Int) -> [Double] {
    var squares = [Double](repeating: 0, count: componentCount)
    var tokens = 0
    for residuals in residuals {
      for first in stride(from: 0, to: residuals.count, by: componentCount) {
        for component in 0..<componentCount {
          let value = Double(residuals[first + component])
          squares[component] += value * value
        }
        tokens += 1
      }
    }
    return squares.map { ($0 / Double(max(1, tokens))).squareRoot() }
  }

  /// Mean tokens of the references.
  func meanTokens(_ codebook: PredictedCodebook) -> Double {
    let elements = residuals.reduce(0) { $0 + $1.count }
    return Double(elements) / Double(max(1, codebook.componentCount * residuals.count))
  }

  /// With components in another order.
  package func permuted(_ order: [Int]) -> ResidualSample {
    ResidualSample(
      residuals: residuals.map { residuals in
        stride(from: 0, to: residuals.count, by: order.count).flatMap { first in order.map { residuals[first + $0] } }
      })
  }

  /// Mean bytes of the references' payloads.
  /// - Throws: ``FormatError`` where a residual is too large for the step.
  public func meanBytes(_ codebook: PredictedCodebook, step: Float, workers: Int) throws -> Double {
    let bytes = try ParallelLoop.map(residuals.count, workers: workers) {
      (try codebook.bitCount(residuals: residuals[$0], step: step) / 8).rounded(.up)
    }
    return bytes.reduce(0, +) / Double(max(1, bytes.count))
  }

  /// The step at which payloads have `budget` bytes as a mean.
  /// - Throws: ``BudgetError``; ``FormatError`` where a residual is too large for any step.
  public func step(_ codebook: PredictedCodebook, budget: Double, workers: Int) throws -> Float {
    try StepSearch.step(budget: budget, steps: codebook.steps) {
      try meanBytes(codebook, step: $0, workers: workers)
    }
  }

  /// Statistics of all codes at several steps.
  package func statistics(deviations: [Float], steps: [Float], workers: Int) throws -> SymbolModel {
    let groups = min(residuals.count, max(1, workers))
    let parts = try ParallelLoop.map(groups, workers: workers) { group in
      var statistics = SymbolStatistics()
      for index in stride(from: group, to: residuals.count, by: groups) {
        for step in steps { try statistics.add(residuals[index], deviations: deviations, step: step) }
      }
      return statistics
    }
    var all = SymbolStatistics()
    for part in parts { all.merge(part) }
    return all.model
  }
}

extension PredictedCodebook {
  /// Steps from some octaves beyond where the largest component takes the last scale class, so that its codes escape, to where
  /// no component is coded. A few components may be much larger than the others.
  var steps: ClosedRange<Float> {
    let largest = deviations.first ?? 1
    let octaves = SymbolModel.classCount / SymbolModel.classesPerOctave + 4
    let coarsest = largest / Float(sign: .plus, exponent: Int(SymbolModel.firstScale), significand: 1) * 1.01
    return coarsest / Float(sign: .plus, exponent: octaves, significand: 1)...coarsest
  }
}
