import M3Bytes
import M3Memory
import M3Quantizer
import M3TestSupport
import Testing

@Suite struct BlockWeightsTests {
  static let prompt: [Int32] = [9, 8, 7]

  @Test func workersDoNotMatter() throws {
    let sample = try WeightsSample(tokenCounts: [6, 1, 9, 0, 4, 7, 30])
    let settings = BlockWeightSettings(repeatPrompt: Self.prompt, seed: 3)
    let alone = try sample.gather(settings)
    #expect(alone.elements.count == 8 && alone.elements.allSatisfy { $0 > 0 && $0.isFinite })
    let metrics = try sample.gatherMetrics(settings)
    for workers in [2, 3, 16] {
      #expect(try sample.gather(settings, workers: workers) == alone)
      #expect(try sample.gatherMetrics(settings, workers: workers) == metrics)
    }
  }

  @Test func weightsAreTheMeanDiagonalOfMetrics() throws {
    let sample = try WeightsSample(tokenCounts: [6, 3, 9], layers: [1])
    let settings = BlockWeightSettings(repeatPrompt: Self.prompt, seed: 3)
    let metrics = try sample.gatherMetrics(settings)
    let dimension = sample.producer.shape.headDimension
    #expect(metrics.elements.count == 4 * dimension * dimension)
    let weights = try BlockWeights(metrics)
    for (found, expected) in zip(weights.elements, try sample.gather(settings).elements) {
      #expect((found - expected).magnitude < 1e-5 * expected)
    }
    for block in 0..<4 {
      for (row, column) in (0..<dimension).flatMap({ row in (0..<row).map { (row, $0) } }) {
        let first = block * dimension * dimension
        let (one, other) = (
          metrics.elements[first + row * dimension + column], metrics.elements[first + column * dimension + row]
        )
        #expect((one - other).magnitude < 1e-6 * weights.elements[block])
      }
    }
  }

  @Test func factorsMultiply() throws {
    let sample = try WeightsSample(tokenCounts: [6, 9])
    func gather(_ continuation: Double, _ keys: Double) throws -> [Double] {
      try sample.gather(
        BlockWeightSettings(repeatPrompt: Self.prompt, continuationFactor: continuation, keyFactor: keys)
      ).elements
    }
    let (repeated, both, twice) = (try gather(0, 1), try gather(1, 1), try gather(2, 1))
    for block in both.indices {
      #expect(both[block] > repeated[block])
      #expect((twice[block] - 2 * both[block] + repeated[block]).magnitude < 1e-9 * twice[block])
    }
    for (block, scaled) in try gather(1, 3).enumerated() {
      #expect((scaled - both[block] * (block.isMultiple(of: 2) ? 3 : 1)).magnitude < 1e-12 * scaled)
    }
  }

  @Test func seedMovesTheNoiseAlone() throws {
    let sample = try WeightsSample(tokenCounts: [6, 9, 5])
    func gather(_ noise: Float, _ seed: UInt64) throws -> BlockWeights {
      try sample.gather(BlockWeightSettings(repeatPrompt: Self.prompt, noise: noise, seed: seed))
    }
    #expect(try gather(0.4, 1) == gather(0.4, 1))
    #expect(try gather(0.4, 1) != gather(0.4, 2))
    #expect(try gather(0.4, 1) != gather(0, 1))
    #expect(try gather(0, 1) == gather(0, 2))
  }

  /// One reference has no other to take noise from.
  @Test func aSampleOfOneReadsItsOwnMemory() throws {
    let sample = try WeightsSample(tokenCounts: [0, 8])
    let noisy = try sample.gather(BlockWeightSettings(repeatPrompt: Self.prompt, noise: 0.4))
    #expect(try sample.gather(BlockWeightSettings(repeatPrompt: Self.prompt, noise: 0)) == noisy)
  }

  @Test(arguments: [[0], [1]])
  func someLayers(layers: [Int]) throws {
    let sample = try WeightsSample(tokenCounts: [6, 9], layers: layers)
    let found = try sample.gather(BlockWeightSettings(repeatPrompt: Self.prompt))
    #expect(found.elements.count == 4 && found.elements.allSatisfy { $0 > 0 })
    #expect(found.keys(entry: 1) == found.elements[2] && found.values(entry: 1) == found.elements[3])
  }

  @Test func refusals() throws {
    let settings = BlockWeightSettings(repeatPrompt: Self.prompt)
    expect(.missing("references with tokens")) { _ = try WeightsSample(tokenCounts: [0]).gather(settings) }
    expect(.missing("references with tokens")) { _ = try WeightsSample(tokenCounts: []).gather(settings) }
    expect(.unsupported(found: "after_rotation")) {
      _ = try WeightsSample(tokenCounts: [3], keySpace: .afterRotation).gather(settings)
    }
    // 202 tokens of BOS and reference, the prompt and the reference again are 405; the model has 512 positions.
    _ = try WeightsSample(tokenCounts: [200]).gather(settings)
    expect(.outOfRange(found: "525 positions", allowed: "512")) {
      _ = try WeightsSample(tokenCounts: [260]).gather(settings)
    }
    expect(.outOfRange(found: "token 50", allowed: "a vocabulary of 50")) {
      _ = try WeightsSample(tokenCounts: [3]).gather(BlockWeightSettings(repeatPrompt: [50]))
    }
    let sample = try WeightsSample(tokenCounts: [3])
    let other = try WeightsSample(tokenCounts: [3], layers: [1])
    expect(.mismatch(expected: "the producer's shape", found: "another")) {
      _ = try BlockWeights(
        gathering: other.references, weights: sample.weights, producer: sample.producer, bos: sample.bos,
        settings: settings, workers: 1)
    }
  }

  private func expect(
    _ problem: FormatError.Problem, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) { try body() }
    #expect(error?.problem == problem, sourceLocation: sourceLocation)
  }
}
