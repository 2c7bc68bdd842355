import M3Bytes
import M3JSON
import M3Memory
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

@Suite struct GradientPassTests {
  @Test(arguments: TestModel.all)
  func lossIsTheForwardPassLoss(_ test: TestModel) throws {
    var random = Randomness(seed: 60)
    let memory = MemoryContext.ragged(&random, test.configuration)
    let tokens = random.tokens(40, vocabulary: test.configuration.vocabularySize)
    let sequence = Sequence(tokens: tokens, firstPosition: 128, memory: memory)
    let pass = ForwardPass(model: test.model)
    pass.run([sequence])
    let gradientPass = GradientPass(weights: try GradientWeights(test.model))
    for targets in [1..<40, 7..<8, 3..<37] {
      let expected = pass.negativeLogLikelihoods(
        rows: targets.map { $0 - 1 }, targets: Array(tokens[targets])
      ).reduce(0, +)
      #expect((gradientPass.run(sequence, targets: targets).loss - expected).magnitude < 1e-6 * expected)
    }
  }

  @Test(arguments: TestModel.all)
  func rowsThatNothingSeesHaveNoGradient(_ test: TestModel) throws {
    var random = Randomness(seed: 61)
    let memories = (0..<2).map { _ in AttentionMemory.ragged(&random, test.configuration) }
    let tokens = random.tokens(9, vocabulary: test.configuration.vocabularySize)
    let pass = GradientPass(weights: try GradientWeights(test.model))

    let isolated = pass.run(
      Sequence(tokens: tokens, memory: MemoryContext(bos: nil, memories: memories), isolatedCount: 9), targets: 1..<9)
    #expect(isolated.memories.allSatisfy { isZero($0.keys) && isZero($0.values) })

    // A bias that leaves the second memory no probability.
    let biased = pass.run(
      Sequence(tokens: tokens, memory: MemoryContext(bos: nil, memories: memories, biases: [0, -1e9])),
      targets: 1..<9)
    #expect(isZero(biased.memories[1].keys) && isZero(biased.memories[1].values))
    #expect(memories[0].rowCount == 0 || !isZero(biased.memories[0].values))
  }

  @Test(arguments: TestModel.all)
  func whatFollowsTheTargetsDoesNotMatter(_ test: TestModel) throws {
    var random = Randomness(seed: 62)
    let memory = MemoryContext.ragged(&random, test.configuration)
    let tokens = random.tokens(30, vocabulary: test.configuration.vocabularySize)
    let pass = GradientPass(weights: try GradientWeights(test.model))
    let long = pass.run(Sequence(tokens: tokens, firstPosition: 9, memory: memory), targets: 4..<11)
    let short = pass.run(Sequence(tokens: Array(tokens[..<11]), firstPosition: 9, memory: memory), targets: 4..<11)
    #expect(long.loss == short.loss)
    #expect(identical(Array(long.memories[0].keys.elements), Array(short.memories[0].keys.elements)))
    #expect(identical(Array(long.memories[0].values.elements), Array(short.memories[0].values.elements)))
  }

  /// A pass that has run other sequences gives the same bits as a new one.
  @Test(arguments: TestModel.all)
  func scratchOfEarlierRunsDoesNotMatter(_ test: TestModel) throws {
    var random = Randomness(seed: 63)
    let weights = try GradientWeights(test.model)
    let used = GradientPass(weights: weights)
    for length in [80, 3, 20] {
      let memory = MemoryContext.ragged(&random, test.configuration)
      let tokens = random.tokens(length, vocabulary: test.configuration.vocabularySize)
      let sequence = Sequence(tokens: tokens, firstPosition: 128, memory: memory)
      let (one, other) = (
        used.run(sequence, targets: 1..<length), GradientPass(weights: weights).run(sequence, targets: 1..<length)
      )
      #expect(identical(Array(one.memories[0].keys.elements), Array(other.memories[0].keys.elements)))
      #expect(identical(Array(one.memories[0].values.elements), Array(other.memories[0].values.elements)))
    }
  }

  @Test func nothingToLearn() throws {
    let test = TestModel.tiny[0]
    var random = Randomness(seed: 64)
    let pass = GradientPass(weights: try GradientWeights(test.model))
    let memory = MemoryContext.ragged(&random, test.configuration)
    let none = pass.run(Sequence(tokens: [1, 2, 3], memory: memory), targets: 2..<2)
    #expect(none.loss == 0 && isZero(none.memories[0].keys))
    let alone = pass.run(Sequence(tokens: [1, 2, 3]), targets: 1..<3)
    #expect(alone.loss > 0 && alone.memories.isEmpty)
  }

  /// ⟨g, R · x⟩ with g by the rotated key is ⟨unrotated g, x⟩.
  @Test(arguments: [0, 3])
  func unrotatedGradientsBelongToUnrotatedKeys(firstPosition: Int) throws {
    let test = TestModel.tiny[0]
    let shape = test.configuration
    var random = Randomness(seed: 65)
    let entryCount = shape.layerCount * shape.keyValueHeadCount
    let producer = Producer(
      modelDigest: .of([]), tokenizerFingerprint: "", architecture: "llama", layerCount: shape.layerCount,
      queryHeadCount: shape.queryHeadCount,
      shape: MemoryShape(
        layers: Array(0..<shape.layerCount), keyValueHeadCount: shape.keyValueHeadCount,
        headDimension: shape.headDimension), rotaryBase: "\(shape.rotaryBase)", rotaryFactors: [], bosText: "",
      bosTokens: [], contextBOS: .none, keySpace: .beforeRotation, selection: [:])
    let rotation = Rotation(producer, positionCount: 200)
    let positions: [UInt16] = (0..<entryCount).flatMap { _ -> [UInt16] in [0, 5, 150] }
    let memory = AttentionMemory(
      random: &random, shape, counts: [Int](repeating: 3, count: entryCount))
    let gradient = GradientPass(weights: try GradientWeights(test.model)).run(
      Sequence(tokens: [5, 6, 7], firstPosition: 160, memory: MemoryContext(bos: nil, memories: [memory])),
      targets: 1..<3
    ).memories[0]
    let rotated = Array(gradient.keys.elements)
    gradient.unrotateKeys(positions: positions, rotation: rotation, firstPosition: firstPosition)
    let keys = SparseMemory(
      shape: producer.shape, tokenCount: 151, counts: Array(repeating: 3, count: entryCount), positions: positions,
      keys: random.floats(rotated.count), values: random.floats(rotated.count))
    let rotatedKeys = rotation.rotatedKeys(keys, firstPosition: firstPosition)
    for row in positions.indices {
      let elements = row * shape.headDimension..<(row + 1) * shape.headDimension
      let before = elements.reduce(0.0) { $0 + Double(gradient.keys[$1]) * Double(keys.keys[$1]) }
      let behind = elements.reduce(0.0) { $0 + Double(rotated[$1]) * Double(rotatedKeys[$1]) }
      #expect((before - behind).magnitude < 1e-5)
    }
    #expect(!identical(Array(gradient.keys.elements), rotated))
  }

  private func isZero(_ buffer: FloatBuffer) -> Bool { buffer.elements.allSatisfy { $0 == 0 } }
}
