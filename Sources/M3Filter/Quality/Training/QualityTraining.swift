import M3Bytes
public import M3Text

/// Trains a head of quality: logistic regression on the vectors of an encoder (after section 4.2 of the paper, which
/// fine-tunes a small BERT on graded documents; here the encoder stays as it is).
///
/// A seeded part of the examples is held out and only used to measure. On the rest the strength of the penalty and the
/// calibration are found by cross-validation, and the weights are then fitted to all of the rest.
///
/// The head follows from examples, their order, and these settings; it is the same for any number of workers.
public struct QualityTraining: Sendable, Equatable {
  /// What divides the examples. The default is 0.
  public var seed: UInt64 = 0
  /// One part of so many is held out. The default is 5.
  public var heldOutParts = 5
  /// Parts of the cross-validation. The default is 5.
  public var folds = 5
  /// Penalties λ to choose from; of equal ones the largest wins. The default is 10⁻⁴ to 10, two a decade.
  public var lambdas = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1, 3, 10]
  /// What the labels mean. The default, nil, is what ``LabelScale/init(of:)`` finds.
  public var scale: LabelScale?

  public init(seed: UInt64 = 0) {
    self.seed = seed
  }

  /// Trains a head and measures it.
  ///
  /// - Parameters:
  ///   - embedder: what made the vectors.
  ///   - workers: threads that share the folds.
  /// - Throws: ``QualityError`` for settings that cannot be, vectors of different lengths or with elements that are not
  ///   finite, labels that are off their scale or all the same, as a whole or in a part; `notConverged`.
  public func train(_ examples: [QualityExample], embedder: EmbedderIdentity, workers: Int = 1) throws(QualityError)
    -> QualityHead
  {
    try requireSettings()
    let scale = try labelScale(examples)
    let targets = try Self.targets(examples, scale)
    try Self.requireVectors(examples)
    try requireVariety(targets[...], "the examples")

    var random = SplitMix64(state: seed)
    let groups = ExampleGroups(examples, targets: targets, indices: examples.indices)
    let parts = try groups.parts(heldOutParts, &random)
    let heldOut = parts[0]
    let training = parts.dropFirst().flatMap { $0 }.sorted()
    try requireVariety(heldOut.map { targets[$0] }[...], "the part held out")

    let trainingGroups = ExampleGroups(examples, targets: targets, indices: training)
    let validation = try CrossValidation(
      examples, targets: targets, parts: trainingGroups.parts(folds, &random), lambdas: lambdas, workers: workers)
    let calibration = validation.calibration(targets)

    let vectors = training.map { examples[$0].vector }
    let standardization = Standardization(vectors)
    let regression = LogisticRegression(
      design: DesignMatrix(vectors, standardization), targets: training.map { targets[$0] }, lambda: validation.lambda)
    let coefficients = try regression.fit()

    let model = QualityModel(
      weights: Array(coefficients.dropLast()), bias: coefficients[coefficients.count - 1],
      standardization: standardization, calibration: calibration ?? .identity)
    let logits = heldOut.map { model.logit(examples[$0].vector[...]) }
    let heldOutTargets = heldOut.map { targets[$0] }
    func figures(_ scaling: PlattScaling) -> QualityFigures {
      QualityFigures(scores: logits.map { LogisticRegression.sigmoid(scaling.apply($0)) }, targets: heldOutTargets)
    }
    let report = QualityReport(
      seed: seed, exampleCount: examples.count, groupCount: groups.members.count, trainingCount: training.count,
      lambda: validation.lambda, validation: validation.losses, heldOut: figures(model.calibration),
      uncalibrated: calibration == nil ? nil : figures(.identity))
    return QualityHead(embedder: embedder, scale: scale, model: model, report: report)
  }

  private func requireSettings() throws(QualityError) {
    for (name, value) in [("held-out parts", heldOutParts), ("folds", folds)] where value < 2 {
      throw .setting(name, found: "\(value)", allowed: "at least 2")
    }
    guard !lambdas.isEmpty else { throw .setting("lambdas", found: "none", allowed: "at least 1") }
    if let bad = lambdas.first(where: { !($0 > 0 && $0.isFinite) }) {
      throw .setting("lambdas", found: "\(bad)", allowed: "above 0, finite")
    }
    if case .graded(let maximum) = scale, !(maximum > 0 && maximum.isFinite) {
      throw .setting("label scale", found: "\(maximum)", allowed: "above 0, finite")
    }
  }

  private func labelScale(_ examples: [QualityExample]) throws(QualityError) -> LabelScale {
    if let scale { return scale }
    return try LabelScale(of: examples.lazy.map(\.label))
  }

  private static func targets(_ examples: [QualityExample], _ scale: LabelScale) throws(QualityError) -> [Double] {
    var targets: [Double] = []
    targets.reserveCapacity(examples.count)
    for (index, example) in examples.enumerated() { targets.append(try scale.target(example.label, index: index)) }
    return targets
  }

  private static func requireVectors(_ examples: [QualityExample]) throws(QualityError) {
    guard let dimension = examples.first?.vector.count else { return }
    for (index, example) in examples.enumerated() {
      guard example.vector.count == dimension, dimension > 0 else {
        throw .vectorLength(index: index, expected: max(dimension, 1), found: example.vector.count)
      }
      if let element = example.vector.firstIndex(where: { !$0.isFinite }) {
        throw .vectorNotFinite(index: index, element: element)
      }
    }
  }

  /// Refuses a part in which every label is the same.
  private func requireVariety(_ targets: ArraySlice<Double>, _ part: String) throws(QualityError) {
    guard let first = targets.first else { throw .tooFewGroups(found: 0, needed: heldOutParts) }
    if targets.allSatisfy({ $0 == first }) { throw .constantLabel(first, part: part) }
  }
}
