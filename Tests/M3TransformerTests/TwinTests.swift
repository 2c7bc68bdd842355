import Glibc
import M3Memory
import M3TestSupport
import M3Transformer
import Testing

/// Random sequences against the slow twin.
@Suite struct TwinTests {
  /// One token, around the kernels' blocks of 64 keys, and several blocks.
  static let lengths = [1, 2, 5, 63, 64, 65, 150]

  @Test(arguments: TestModel.all, lengths)
  func oneSequence(_ test: TestModel, length: Int) {
    var random = Randomness(seed: UInt64(length))
    let tokens = random.tokens(length, vocabulary: test.configuration.vocabularySize)
    expectTwin(test, [Sequence(tokens: tokens)])
  }

  @Test(arguments: TestModel.all)
  func batchOfSeveralLengths(_ test: TestModel) {
    var random = Randomness(seed: 11)
    let sequences = [3, 0, 70, 1, 12].map {
      Sequence(tokens: random.tokens($0, vocabulary: test.configuration.vocabularySize), firstPosition: $0)
    }
    expectTwin(test, sequences)
  }

  /// A repeated reference jumps to another interval of positions; nothing says that they ascend.
  @Test(arguments: TestModel.all)
  func positionsOfAnyOrder(_ test: TestModel) {
    var random = Randomness(seed: 12)
    let tokens = random.tokens(40, vocabulary: test.configuration.vocabularySize)
    let positions = (0..<20).map { Int32($0 + 1) } + (0..<19).map { Int32(128 + $0) } + [0]
    expectTwin(test, [Sequence(tokens: tokens, positions: positions)])
  }

  @Test(arguments: TestModel.all, [1, 9, 80])
  func raggedMemory(_ test: TestModel, length: Int) {
    var random = Randomness(seed: 13)
    let memory = MemoryContext.ragged(&random, test.configuration)
    let tokens = random.tokens(length, vocabulary: test.configuration.vocabularySize)
    expectTwin(test, [Sequence(tokens: tokens, firstPosition: 128, memory: memory)])
  }

  @Test(arguments: TestModel.all, [1, 2, 6, 9])
  func isolatedTokens(_ test: TestModel, isolatedCount: Int) {
    var random = Randomness(seed: 14)
    let memory = MemoryContext.ragged(&random, test.configuration)
    let tokens = random.tokens(6, vocabulary: test.configuration.vocabularySize)
    expectTwin(test, [Sequence(tokens: tokens, firstPosition: 128, memory: memory, isolatedCount: isolatedCount)])
  }

  @Test(arguments: TestModel.all)
  func batchWithAndWithoutMemories(_ test: TestModel) {
    var random = Randomness(seed: 15)
    func tokens(_ count: Int) -> [Int32] { random.tokens(count, vocabulary: test.configuration.vocabularySize) }
    let memory = MemoryContext.ragged(&random, test.configuration)
    let nothing = AttentionMemory(
      random: &random, test.configuration,
      counts: Array(repeating: 0, count: test.configuration.layerCount * test.configuration.keyValueHeadCount))
    expectTwin(
      test,
      [
        Sequence(tokens: tokens(5)), Sequence(tokens: tokens(66), firstPosition: 128, memory: memory, isolatedCount: 1),
        Sequence(tokens: tokens(4), memory: MemoryContext(bos: nothing)),
        Sequence(tokens: tokens(3), firstPosition: 9, memory: memory),
      ])
  }

  /// BOS memory and several memories, each with a bias, and APE's two constants.
  @Test(arguments: TestModel.all, [1, 70])
  func weighedMemories(_ test: TestModel, length: Int) {
    var random = Randomness(seed: 17)
    let parts = (0..<4).map { _ in AttentionMemory.ragged(&random, test.configuration) }
    let tokens = random.tokens(length, vocabulary: test.configuration.vocabularySize)
    for (biases, logitScale, logSumExpScale) in [
      ([], Float(1), Float(1)), ([], 1.1, 1), ([], 1, 0.9), ([Float(0), -1.5, 0.5], 1, 1), ([0, -1, -2], 1.2, 0.8),
    ] {
      let memory = MemoryContext(
        bos: parts[0], memories: Array(parts[1...]), biases: biases, logitScale: logitScale,
        logSumExpScale: logSumExpScale)
      expectTwin(test, [Sequence(tokens: tokens, firstPosition: 128, memory: memory, isolatedCount: length / 10)])
    }
  }

  /// A bias, a crowding and a scale a head, of one memory and of several, with and without the constants of all heads.
  @Test(arguments: TestModel.all, [1, 40])
  func readingConstants(_ test: TestModel, length: Int) {
    var random = Randomness(seed: 18)
    let parts = (0..<4).map { _ in AttentionMemory.ragged(&random, test.configuration) }
    let tokens = random.tokens(length, vocabulary: test.configuration.vocabularySize)
    let constants = ReadingConstants.random(&random, test.configuration)
    for (bos, memories, biases, logitScale, logSumExpScale) in [
      (nil, parts[1..<2], [], Float(1), Float(1)), (parts[0], parts[1...], [], 1, 1),
      (parts[0], parts[1...], [Float(0), -1.5, 0.5], 1.2, 1), (parts[0], parts[1...], [0, -1, -2], 1.1, 0.8),
      (parts[0], [], [], 1, 1),
    ] {
      let memory = MemoryContext(
        bos: bos, memories: Array(memories), biases: biases, logitScale: logitScale, logSumExpScale: logSumExpScale,
        constants: constants)
      expectTwin(test, [Sequence(tokens: tokens, firstPosition: 128, memory: memory, isolatedCount: length / 10)])
    }
  }

  @Test(arguments: TestModel.all)
  func losses(_ test: TestModel) {
    var random = Randomness(seed: 16)
    let tokens = random.tokens(70, vocabulary: test.configuration.vocabularySize)
    let targets = random.tokens(70, vocabulary: test.configuration.vocabularySize)
    let pass = ForwardPass(model: test.model)
    pass.run([Sequence(tokens: tokens)])
    let found = pass.negativeLogLikelihoods(rows: Array(0..<70), targets: targets)
    let expected = zip(test.twin.run(tokens: tokens, positions: Array(0..<70)).logits, targets).map { logits, target in
      logLikelihoodLoss(logits, target: Int(target))
    }
    #expect(largestDifference(found.map { Float($0) }, expected) < 1e-4)
  }
}

/// Runs a batch at once, and each of its sequences in the twin.
private func expectTwin(_ test: TestModel, _ sequences: [Sequence], sourceLocation: SourceLocation = #_sourceLocation) {
  let shape = test.configuration
  let recorder = Recorder(probabilityLayers: Set(0..<shape.layerCount))
  let pass = ForwardPass(model: test.model)
  pass.run(sequences, observer: recorder)
  for (number, sequence) in sequences.enumerated() where !sequence.tokens.isEmpty {
    let expected = test.twin.run(
      tokens: sequence.tokens, positions: sequence.positions.map { Int($0) },
      memory: { sequence.memory?.plainRows(layer: $0, head: $1) ?? [] }, isolatedCount: sequence.isolatedCount,
      weigh: { sequence.memory?.plainWeigh($0, layer: $1, head: $2) ?? $0 })
    let rows = recorder.offsets[number]..<recorder.offsets[number + 1]
    let logits = pass.logits(Array(rows)).flatMap { $0 }
    #expect(largestDifference(logits, expected.logits.flatMap { $0 }) < 1e-4, sourceLocation: sourceLocation)
    for (layer, twin) in expected.layers.enumerated() {
      let found = recorder.layers[layer] ?? Recorder.Layer()
      let elements = rows.lowerBound * shape.keyValueSize..<rows.upperBound * shape.keyValueSize
      for (vectors, truth) in [
        (found.keysBeforeRotation, twin.keysBeforeRotation), (found.keys, twin.keys), (found.values, twin.values),
      ] {
        let difference = relativeDifference(
          Array(vectors[elements]), truth.flatMap { $0.flatMap { $0 } }, dimension: shape.headDimension)
        #expect(difference < 1e-4, sourceLocation: sourceLocation)
      }
      for (queryHead, probabilities) in twin.probabilities.enumerated() {
        let shown = found.probabilities[Recorder.Place(sequence: number, queryHead: queryHead)]
        #expect(shown?.keyValueHead == queryHead / shape.groupSize, sourceLocation: sourceLocation)
        let difference = largestDifference(shown?.values ?? [], probabilities.flatMap { $0 })
        #expect(difference < 1e-5, sourceLocation: sourceLocation)
      }
    }
  }
}

private func logLikelihoodLoss(_ logits: [Double], target: Int) -> Double {
  let largest = logits.max()!
  return log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest - logits[target]
}
