import M3Codec
import M3JSON
import M3Memory
import M3Quantizer
import M3TestSupport
import Testing

@Suite("Training of predicted codebooks")
struct PredictedTrainingTests {
  typealias Synthetic = SyntheticReferences

  static func training(
    directions: Int = 64, components: Int = 16, ridge: Double = 1e-6, workers: Int = 1, metrics: [Double]? = nil
  ) throws -> PredictedTraining {
    try PredictedTraining(
      shape: Synthetic.shape, metrics: metrics ?? scalars(Array(repeating: 3, count: Synthetic.blocks)),
      settings: PredictedTrainingSettings(
        features: Synthetic.kind, directionCount: directions, predictionRank: min(16, directions),
        componentCount: components, ridge: ridge,
        payloadBytes: 16...2048, workers: workers))
  }

  /// Metrics of one weight a block.
  static func scalars(_ weights: [Double]) -> [Double] {
    let dimension = Synthetic.shape.headDimension
    return weights.flatMap { weight in
      (0..<dimension * dimension).map { $0 % (dimension + 1) == 0 ? weight : 0 }
    }
  }

  @Test("what features explain is predicted, and what is left has the noise's directions")
  func structure() throws {
    let source = Synthetic(count: 150)
    let (codebook, report) = try Self.training().train(source, provenance: ["seed": .string("1")])
    #expect(codebook.provenance == ["seed": .string("1")])
    #expect(codebook.inconsistency == nil)
    #expect(codebook == codebook.rounded)
    #expect(report.referenceCount == 150 && report.heldOutCount == 30)
    #expect(report.tokenCount == source.memories.reduce(0) { $0 + $1.tokenCount })
    // Features vary in 8 directions and noise in 3; the constant predicts what the mean of the references that were fitted
    // differs from that of all.
    #expect((8...9).contains(report.predictionRank))
    #expect(report.componentCount == 3)
    #expect(report.directionShare > 0.9999 && report.componentShare > 0.9999)
    // In another sample, the prediction lacks what the generator added, and the residuals have that much.
    let unseen = Synthetic(count: 40, seed: 99)
    let residuals = try ResidualSample(unseen, codebook: codebook)
    let squares = residuals.deviations(componentCount: codebook.componentCount).reduce(0) { $0 + $1 * $1 }
    let noise = Self.noisePower()
    #expect(abs(squares / noise - 1) < 0.1)
    #expect(abs(report.residualShare * Self.power(source) / noise - 1) < 0.1)
    for share in [report.unexplainedKeys, report.unexplainedValues] { #expect(share > 0.05 && share < 0.6) }
  }

  /// The variance of all elements together.
  private static func power(_ source: Synthetic) -> Double {
    let vectors = source.memories.flatMap { memory in
      (0..<memory.tokenCount).map { Synthetic.vector(memory, $0).map { Double($0) } }
    }
    return (0..<Synthetic.dimension).reduce(0.0) { sum, element in
      let mean = vectors.reduce(0) { $0 + $1[element] } / Double(vectors.count)
      return sum + vectors.reduce(0) { $0 + ($1[element] - mean) * ($1[element] - mean) } / Double(vectors.count)
    }
  }

  /// E |noise|² over all blocks, whose metrics are 1.
  private static func noisePower() -> Double {
    var random = Randomness(seed: 1)
    _ = random.floats(Synthetic.dimension, 5)
    _ = random.floats(2 * Synthetic.kind.width * Synthetic.dimension)
    let noise = random.floats(Synthetic.noiseDeviations.count * Synthetic.dimension)
    return Synthetic.noiseDeviations.enumerated().reduce(0.0) { sum, part in
      let first = part.offset * Synthetic.dimension
      let square = noise[first..<first + Synthetic.dimension].reduce(0.0) { $0 + Double($1 * $1) }
      return sum + square * Double(part.element * part.element)
    }
  }

  @Test("prediction and residual together give a memory again")
  func reconstruction() throws {
    let source = Synthetic(count: 60)
    var random = Randomness(seed: 4)
    let dimension = Synthetic.shape.headDimension
    let metrics = (0..<Synthetic.blocks).flatMap { _ in
      let factor = Matrix(
        rows: dimension, columns: dimension, elements: random.floats(dimension * dimension).map { Double($0) })
      return factor.transposedTimes(factor).elements
    }
    let (codebook, _) = try Self.training(metrics: metrics).train(source, provenance: [:])
    let codec = PredictedCodec(codebook, step: codebook.deviations[0] / 1000)
    for (memory, features) in zip(source.memories, source.features).prefix(5) {
      let decoded = try codec.memory(
        codec.payload(memory, features: features), shape: Synthetic.shape, features: features)
      for token in 0..<memory.tokenCount {
        let (expected, found) = (Synthetic.vector(memory, token), Synthetic.vector(decoded, token))
        for (expected, found) in zip(expected, found) { #expect(abs(expected - found) < 0.05) }
      }
    }
  }

  @Test("any number of workers gives the same codebook")
  func workers() throws {
    let source = Synthetic(count: 40)
    let expected = try Self.training(components: 6).train(source, provenance: [:])
    for workers in 2...3 {
      let found = try Self.training(components: 6, workers: workers).train(source, provenance: [:])
      #expect(found.codebook == expected.codebook)
      #expect(found.report == expected.report)
    }
  }

  @Test("a block whose error weighs more keeps more directions")
  func weights() throws {
    let source = Synthetic(count: 40)
    var weights = [Double](repeating: 1, count: Synthetic.blocks)
    weights[3] = 100
    let (codebook, report) = try Self.training(directions: 12, components: 12, metrics: Self.scalars(weights))
      .train(source, provenance: [:])
    #expect(codebook.directionCount == 12 && report.directionCount == 12)
    #expect(codebook.directionCounts[3] == codebook.directionCounts.max())
    #expect(codebook.directionCounts[3] >= 6)
  }

  @Test("the scale of metrics changes nothing but roundings, and what undoes the analysis undoes it")
  func metrics() throws {
    let source = Synthetic(count: 30)
    let weights = (0..<Synthetic.blocks).map { 0.1 + Double($0 * $0) }
    let (codebook, report) = try Self.training(metrics: Self.scalars(weights)).train(source, provenance: [:])
    let (scaled, other) = try Self.training(metrics: Self.scalars(weights.map { $0 * 1024 }))
      .train(source, provenance: [:])
    #expect(scaled == codebook && other == report)
    let dimension = Synthetic.shape.headDimension
    var first = 0
    for count in codebook.directionCounts {
      func rows(_ elements: [Float]) -> Matrix {
        Matrix(
          rows: count, columns: dimension,
          elements: elements[first * dimension..<(first + count) * dimension].map { Double($0) })
      }
      let product = rows(codebook.analysis).times(transposed: rows(codebook.synthesis))
      for row in 0..<count {
        for column in 0..<count { #expect(abs(product[row, column] - (row == column ? 1 : 0)) < 0.005) }
      }
      first += count
    }
  }

  @Test("sizes meet the budget, as payloads have it", arguments: [40.0, 60, 90])
  func budget(bytes: Double) throws {
    let source = Synthetic(count: 100, tokens: 20...40)
    let (codebook, _) = try Self.training().train(source, provenance: [:])
    let sample = try ResidualSample(source, codebook: codebook)
    let step = try sample.step(codebook, budget: bytes, workers: 2)
    #expect(abs(try sample.meanBytes(codebook, step: step, workers: 1) / bytes - 1) <= 0.005)
    let codec = PredictedCodec(codebook, step: step)
    var size = 0
    for (memory, features) in zip(source.memories, source.features) {
      size += try codec.payload(memory, features: features).count
    }
    // The entropy coder ends within some bytes of the ideal length.
    #expect(abs(Double(size) / 100 - bytes) < 4)
    #expect(try sample.step(codebook, budget: bytes, workers: 1) == step)
  }

  @Test("a sample that cannot be trained on is refused, with its place")
  func refusals() throws {
    let source = Synthetic(count: 8)
    func refusal(_ source: SyntheticReferences) -> PredictedTrainingError? {
      do {
        _ = try Self.training().train(source, provenance: [:])
        return nil
      } catch {
        return error as? PredictedTrainingError
      }
    }
    func replacing(_ memory: SparseMemory? = nil, _ features: TokenFeatures? = nil) -> SyntheticReferences {
      var (memories, all) = (source.memories, source.features)
      if let memory { memories[3] = memory }
      if let features { all[3] = features }
      return SyntheticReferences(memories, all)
    }
    #expect(refusal(Synthetic(count: 4)) == .tooFewReferences(found: 4, needed: 5))
    let memory = source.memories[3]
    let sparse = SparseMemory(
      shape: memory.shape, tokenCount: memory.tokenCount + 1, counts: memory.counts, positions: memory.positions,
      keys: memory.keys, values: memory.values)
    #expect(refusal(replacing(sparse)) == .incompleteMemory(reference: 3))
    for bad in [Float.nan, .infinity, 1e30] {
      var values = memory.values
      values[5] = bad
      let damaged = SparseMemory(
        shape: memory.shape, tokenCount: memory.tokenCount, counts: memory.counts, positions: memory.positions,
        keys: memory.keys, values: values)
      #expect(refusal(replacing(damaged)) == .notFinite(reference: 3))
    }
    let features = source.features[3]
    let wide = TokenFeatures(
      tokenCount: features.tokenCount, width: 5, rows: Array(repeating: 0, count: (1 + features.tokenCount) * 5))
    #expect(
      refusal(replacing(nil, wide))
        == .features(
          reference: 3, found: "\(memory.tokenCount) tokens of 5", expected: "\(memory.tokenCount) tokens of 4"))
    let constant = (0..<8).map { _ in
      Synthetic.memory(Array(repeating: Array(repeating: 1, count: Synthetic.dimension), count: 6))
    }
    let six = Synthetic(count: 8, tokens: 6...6)
    #expect(refusal(SyntheticReferences(constant, six.features)) == .noVariance)
  }

  @Test("settings that cannot be are refused")
  func settings() {
    #expect(throws: PredictedTrainingError.self) { try Self.training(directions: 8, components: 9) }
    #expect(throws: PredictedTrainingError.self) { try Self.training(ridge: 0) }
    #expect(throws: PredictedTrainingError.self) { try Self.training(ridge: .nan) }
    #expect(throws: PredictedTrainingError.self) { try Self.training(workers: 0) }
    #expect(throws: PredictedTrainingError.self) { try Self.training(metrics: [1]) }
    for weight in [0, -1, Double.nan, .infinity] {
      let metrics = Self.scalars(Array(repeating: weight, count: Synthetic.blocks))
      #expect(throws: PredictedTrainingError.self) {
        try Self.training(metrics: metrics).train(Synthetic(count: 6), provenance: [:])
      }
    }
  }
}
