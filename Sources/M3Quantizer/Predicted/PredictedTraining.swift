public import M3Codec
public import M3JSON
public import M3Memory
import M3Tensor

/// Trains a ``PredictedCodebook`` from dense memories, reading them three times.
///
/// It takes about 4 (F + Q)² + 8 F² + 16 F Q + 24 Q² bytes beside what reading takes, F being the features of a token with the
/// one before it and a constant (1.2 GB for F 1153 and Q 6144), and 4 · T · R for each reference held out. Results depend on
/// the sample, the settings and the kernels, not on the number of workers.
public struct PredictedTraining {
  public let shape: MemoryShape
  /// (entries, 2, D, D): what an error in each block costs.
  public let metrics: [Double]
  public let settings: PredictedTrainingSettings
  private let observer: (PredictedTrainingStep) -> Void

  /// - Parameters:
  ///   - metrics: (entries, 2, D, D) of each key's and each value's error, symmetric, positive semidefinite; their scale does
  ///     not matter.
  ///   - observer: told of each step as it begins.
  /// - Throws: ``PredictedTrainingError`` `setting`.
  public init(
    shape: MemoryShape, metrics: [Double], settings: PredictedTrainingSettings,
    observer: @escaping (PredictedTrainingStep) -> Void = { _ in }
  ) throws(PredictedTrainingError) {
    try settings.validate()
    let count = 2 * shape.entryCount * shape.headDimension * shape.headDimension
    guard count > 0, metrics.count == count else {
      throw .setting("metrics", found: "\(metrics.count) elements", allowed: "\(count)")
    }
    self.shape = shape
    self.metrics = metrics
    self.settings = settings
    self.observer = observer
  }

  /// - Parameter provenance: what the codebook says of where it comes from.
  /// - Throws: ``PredictedTrainingError``; ``AlgebraError``; what reading throws.
  public func train(
    _ source: some TrainingSource, provenance: JSONObject
  ) throws -> (codebook: PredictedCodebook, report: PredictedTrainingReport) {
    var report = PredictedTrainingReport()
    let roots = try BlockMetricRoots(metrics, dimension: shape.headDimension)
    observer(.moments)
    let moments = BlockMoments(shape: shape)
    try read(source) { _, memory, _ in
      moments.add(memory, workers: settings.workers)
      report.referenceCount += 1
    }
    report.tokenCount = moments.count
    let division = try HeldOutReferences(settings.heldOutCount, of: report.referenceCount)
    report.heldOutCount = division.count
    let directions = try BlockDirections(moments, metrics: roots, count: settings.directionCount)
    report.directionCount = directions.count
    report.directionShare = directions.keptVariance / directions.totalVariance

    observer(.products)
    let gram = try products(source, directions, division, tokenCount: report.tokenCount)
    observer(.components)
    let predictor = try FeaturePredictor(
      gram, featureCount: settings.featureCount, rank: settings.predictionRank, ridge: settings.ridge,
      seed: settings.seed, workers: settings.workers)
    let residual = predictor.residualCovariance
    let principal = try PrincipalDirections(
      residual, count: min(settings.componentCount, residual.rows), seed: settings.seed, workers: settings.workers)
    guard let largest = principal.variances.first, largest > 0 else { throw PredictedTrainingError.noVariance }
    // What is smaller is rounding of the products: it has nothing to code.
    let variances = Array(principal.variances.prefix { $0 > 1e-6 * largest })
    report.predictionRank = predictor.basis.rows
    report.componentCount = variances.count
    report.residualShare = residual.trace / directions.keptVariance
    report.componentShare = variances.reduce(0, +) / residual.trace

    observer(.residuals)
    let codebook = PredictedCodebook(
      provenance: provenance, shape: shape, features: settings.features, means: directions.means,
      directionCounts: directions.counts, analysis: directions.analysis, synthesis: directions.synthesis,
      predictionBasis: predictor.basis.elements.map { Float($0) },
      basis: principal.directions.prefix(variances.count).elements.map { Float($0) },
      predictor: predictor.weights.transposed.elements.map { Float($0) },
      deviations: Self.positive(variances.map { $0.squareRoot() }), symbols: SymbolStatistics().model
    ).rounded
    let sample = try residuals(source, codebook, division, &report)
    observer(.symbols)
    return (try finished(codebook, sample), report)
  }

  /// Reads all references, those that do not fit refused.
  private func read(
    _ source: some TrainingSource, _ body: (_ index: Int, SparseMemory, TokenFeatures) throws -> Void
  ) throws {
    var index = 0
    try source.read { memory, features in
      try SampleReference.check(memory, features, reference: index, shape: shape, width: settings.features.width)
      try body(index, memory, features)
      index += 1
    }
  }

  private func products(
    _ source: some TrainingSource, _ directions: BlockDirections, _ division: HeldOutReferences, tokenCount: Int
  ) throws -> GramMatrix {
    let gram = GramMatrix(order: settings.featureCount + directions.count)
    let batch = TrainingBatch(featureCount: settings.featureCount, directions: directions)
    func add() {
      gram.add(
        columns: batch.columns.pointer, count: batch.count, stride: batch.capacity, workers: settings.workers)
    }
    var read = 0
    try self.read(source) { index, memory, features in
      read += memory.tokenCount
      if division.contains(index) { return }
      batch.append(memory, features, workers: settings.workers, flush: add)
    }
    batch.flush(add)
    guard read == tokenCount else { throw PredictedTrainingError.sourceChanged(before: tokenCount, now: read) }
    return gram
  }

  private func residuals(
    _ source: some TrainingSource, _ codebook: PredictedCodebook, _ division: HeldOutReferences,
    _ report: inout PredictedTrainingReport
  ) throws -> ResidualSample {
    let transform = ResidualTransform(codebook)
    var errors = PredictionError(codebook)
    var sample = ResidualSample()
    var tokens = 0
    try read(source) { index, memory, features in
      tokens += memory.tokenCount
      guard division.contains(index) else { return }
      sample.append(try transform.residuals(of: memory, features: features))
      try errors.add(memory, features)
    }
    guard tokens == report.tokenCount else {
      throw PredictedTrainingError.sourceChanged(before: report.tokenCount, now: tokens)
    }
    (report.unexplainedKeys, report.unexplainedValues) = errors.shares
    return sample
  }

  /// Measures the deviations, puts components into their order, and counts symbols.
  private func finished(_ codebook: PredictedCodebook, _ sample: ResidualSample) throws -> PredictedCodebook {
    let deviations = sample.deviations(componentCount: codebook.componentCount)
    let order = deviations.indices.sorted { (deviations[$1], $0) < (deviations[$0], $1) }
    var codebook = codebook.permuted(order)
    codebook.deviations = Self.positive(order.map { deviations[$0] })
    let sample = sample.permuted(order)
    let steps = try StatisticsSteps.steps(
      codebook, sample, payloadBytes: settings.payloadBytes, workers: settings.workers)
    codebook.symbols = try sample.statistics(
      deviations: codebook.deviations, steps: steps, workers: settings.workers)
    return codebook
  }

  /// Descending deviations as float32, none below a millionth of the first: a component that does not vary has a class too.
  private static func positive(_ deviations: [Double]) -> [Float] {
    let least = max(1e-6 * (deviations.first ?? 0), 1e-30)
    return deviations.map { Float(max(least, $0)) }
  }
}
