import Glibc
import M3Memory
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

/// Gradients against differences of the slow twin's losses, which are in double precision.
@Suite struct GradientTwinTests {
  @Test(arguments: TestModel.all, [2, 9, 70])
  func bosMemoryAndOwnTokens(_ test: TestModel, length: Int) throws {
    var random = Randomness(seed: UInt64(50 + length))
    let counts = (0..<test.configuration.layerCount * test.configuration.keyValueHeadCount).map { _ in 5 }
    let memory = MemoryContext(
      bos: AttentionMemory(random: &random, test.configuration, counts: counts.map { _ in 2 }),
      memories: [AttentionMemory(random: &random, test.configuration, counts: counts)])
    try expectDifferences(test, memory, length: length, targets: max(1, length / 3)..<length, &random)
  }

  /// Heads of different lengths, around the blocks of 64 columns, some of them empty.
  @Test(arguments: TestModel.all)
  func raggedMemories(_ test: TestModel) throws {
    var random = Randomness(seed: 51)
    let memory = MemoryContext(
      bos: .ragged(&random, test.configuration),
      memories: [.ragged(&random, test.configuration), .ragged(&random, test.configuration)])
    try expectDifferences(test, memory, length: 12, targets: 1..<12, &random)
  }

  @Test(arguments: TestModel.all)
  func weighedMemories(_ test: TestModel) throws {
    var random = Randomness(seed: 52)
    let parts = (0..<3).map { _ in AttentionMemory.ragged(&random, test.configuration) }
    for (biases, logitScale, logSumExpScale) in [
      ([Float(0.5), -1], Float(1), Float(1)), ([], 1.2, 1), ([], 1, 0.8), ([-0.5, 1], 1.1, 0.9),
    ] {
      let memory = MemoryContext(
        bos: parts[0], memories: Array(parts[1...]), biases: biases, logitScale: logitScale,
        logSumExpScale: logSumExpScale)
      try expectDifferences(test, memory, length: 7, targets: 3..<7, isolatedCount: 2, &random)
    }
  }

  /// Memory in one layer alone: the layers below it have nothing to tell, those above it do.
  @Test(arguments: 0..<3)
  func oneMemoryLayer(layer: Int) throws {
    let test = TestModel.shapes.last!
    var random = Randomness(seed: 53)
    let counts = (0..<6).map { $0 / 2 == layer ? 4 : 0 }
    let memory = MemoryContext(
      bos: nil, memories: [AttentionMemory(random: &random, test.configuration, counts: counts)])
    try expectDifferences(test, memory, length: 6, targets: 2..<5, &random)
  }

  /// Biases and scales of each head, and the derivatives by them.
  @Test(arguments: TestModel.all)
  func readingConstants(_ test: TestModel) throws {
    var random = Randomness(seed: 54)
    let shape = test.configuration
    let headCount = shape.layerCount * shape.keyValueHeadCount
    let parts = (0..<3).map { _ in AttentionMemory.ragged(&random, shape) }
    let tokens = random.tokens(7, vocabulary: shape.vocabularySize)
    let pass = GradientPass(weights: try GradientWeights(test.model))
    for logSumExpScale in [Float(1), 0.9] {
      let constants = ReadingConstants.random(&random, shape)
      var memory = MemoryContext(
        bos: parts[0], memories: Array(parts[1...]), biases: [0.5, -0.5], logitScale: 1.1,
        logSumExpScale: logSumExpScale, constants: constants)
      try expectDifferences(test, memory, length: 7, targets: 2..<7, &random)
      let found = pass.run(Sequence(tokens: tokens, firstPosition: 128, memory: memory), targets: 1..<7)
      for head in 0..<headCount {
        func loss(_ path: WritableKeyPath<ReadingConstants, [Float]>, _ amount: Float) -> Double {
          var changed = constants
          changed[keyPath: path][head] += amount
          memory.constants = changed
          return plainLoss(
            test, Sequence(tokens: tokens, firstPosition: 128, memory: memory), targets: 1..<7, bump: nil)
        }
        // Exact in Float, so that the difference is that of what was asked for.
        let step: Float = 0x1p-9
        for (slope, path) in [(found.biases[head], \ReadingConstants.biases), (found.scales[head], \.scales)] {
          let difference = (loss(path, step) - loss(path, -step)) / Double(2 * step)
          #expect((slope - difference).magnitude < 2e-3 + 2e-3 * difference.magnitude, "\(slope), \(difference)")
        }
      }
    }
  }

  /// Compares slopes along random directions within one key or one value, at random rows of every layer and head.
  private func expectDifferences(
    _ test: TestModel, _ memory: MemoryContext, length: Int, targets: Range<Int>, isolatedCount: Int = 0,
    _ random: inout Randomness, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let shape = test.configuration
    let tokens = random.tokens(length, vocabulary: shape.vocabularySize)
    let sequence = Sequence(
      tokens: tokens, firstPosition: 128, memory: memory, isolatedCount: isolatedCount)
    let found = GradientPass(weights: try GradientWeights(test.model)).run(sequence, targets: targets)
    let loss = { (bump: MemoryBump?) in plainLoss(test, sequence, targets: targets, bump: bump) }
    let expected = loss(nil)
    #expect((found.loss - expected).magnitude < 1e-4 * expected, sourceLocation: sourceLocation)

    for entry in 0..<shape.layerCount * shape.keyValueHeadCount {
      for (index, part) in memory.memories.enumerated() {
        let (layer, head) = entry.quotientAndRemainder(dividingBy: shape.keyValueHeadCount)
        let rows = part.rows(layer: layer, head: head)
        if rows.isEmpty { continue }
        for isKey in [true, false] {
          let row = random.integer(below: rows.count)
          let bump = MemoryBump(
            layer: layer, head: head, memory: index, row: row, isKey: isKey,
            direction: random.floats(shape.headDimension).map { Double($0) })
          let gradient = isKey ? found.memories[index].keys : found.memories[index].values
          let first = (rows.lowerBound + row) * shape.headDimension
          let slope = bump.direction.indices.reduce(0.0) {
            $0 + Double(gradient[first + $1]) * bump.direction[$1]
          }
          let difference = (loss(bump.scaled(1e-4)) - loss(bump.scaled(-1e-4))) / 2e-4
          // Float32 activations against a slope of double ones.
          #expect(
            (slope - difference).magnitude < 2e-4 + 1e-3 * difference.magnitude, "\(bump): \(slope), \(difference)",
            sourceLocation: sourceLocation)
        }
      }
    }
  }

  private func plainLoss(
    _ test: TestModel, _ sequence: M3Transformer.Sequence, targets: Range<Int>, bump: MemoryBump?
  ) -> Double {
    let context = sequence.memory!
    let logits = test.twin.run(
      tokens: sequence.tokens, positions: sequence.positions.map { Int($0) },
      memory: { layer, head in
        var rows = context.plainRows(layer: layer, head: head)
        guard let bump, bump.layer == layer, bump.head == head else { return rows }
        let preceding = (context.bos.map { [$0] } ?? []) + context.memories[..<bump.memory]
        let row = preceding.reduce(bump.row) { $0 + $1.rows(layer: layer, head: head).count }
        for element in bump.direction.indices {
          if bump.isKey {
            rows[row].key[element] += bump.direction[element]
          } else {
            rows[row].value[element] += bump.direction[element]
          }
        }
        return rows
      }, isolatedCount: sequence.isolatedCount,
      weigh: { context.plainWeigh($0, layer: $1, head: $2) }
    ).logits
    return targets.reduce(0) { sum, target in
      let row = logits[target - 1]
      let largest = row.max()!
      return sum + log(row.reduce(0) { $0 + exp($1 - largest) }) + largest - row[Int(sequence.tokens[target])]
    }
  }
}

/// A change of one key or value of a context's memories.
private struct MemoryBump {
  var layer: Int
  var head: Int
  var memory: Int
  /// Within the memory's rows of the head.
  var row: Int
  var isKey: Bool
  /// (D).
  var direction: [Double]

  func scaled(_ factor: Double) -> MemoryBump {
    var bump = self
    bump.direction = direction.map { $0 * factor }
    return bump
  }
}
