import M3TestSupport
import M3Transformer
import Testing

/// A cache gives what one run over the whole sequence gives.
@Suite struct CacheTests {
  /// Divisions of the same 70 tokens.
  static let divisions = [[70], Array(repeating: 1, count: 70), [1, 68, 1], [64, 6], [5, 60, 0, 5]]

  @Test(arguments: TestModel.all, divisions)
  func anyDivision(_ test: TestModel, division: [Int]) throws {
    try expectSame(test, division, memory: nil, firstPosition: 0, isolatedCount: 0)
  }

  @Test(arguments: TestModel.all, divisions)
  func behindMemory(_ test: TestModel, division: [Int]) throws {
    var random = Randomness(seed: 21)
    let memory = MemoryContext.ragged(&random, test.configuration)
    try expectSame(test, division, memory: memory, firstPosition: 128, isolatedCount: 0)
  }

  @Test(arguments: TestModel.all)
  func isolatedFirstToken(_ test: TestModel) throws {
    var random = Randomness(seed: 22)
    let memory = MemoryContext.ragged(&random, test.configuration)
    try expectSame(test, [1] + Array(repeating: 3, count: 23), memory: memory, firstPosition: 128, isolatedCount: 1)
  }

  @Test(arguments: TestModel.tiny)
  func twoCachesInOneBatch(_ test: TestModel) throws {
    var random = Randomness(seed: 23)
    let tokens = (0..<2).map { _ in random.tokens(12, vocabulary: test.configuration.vocabularySize) }
    let together = try tokens.map { _ in try KeyValueCache(configuration: test.configuration, capacity: 12) }
    let pass = ForwardPass(model: test.model)
    var found: [[Float]] = []
    for range in [0..<4, 4..<12] {
      pass.run(
        zip(tokens, together).map { tokens, cache in
          Sequence(tokens: Array(tokens[range]), firstPosition: range.lowerBound, cache: cache)
        })
      found = pass.logits([range.count - 1, 2 * range.count - 1])
    }
    let expected = tokens.map { tokens in
      pass.run([Sequence(tokens: tokens)])
      return pass.logits([11])[0]
    }
    #expect(zip(found, expected).allSatisfy { largestDifference($0, $1.map { Double($0) }) < 1e-5 })
    #expect(together.map(\.tokenCount) == [12, 12])
  }

  private func expectSame(
    _ test: TestModel, _ division: [Int], memory: MemoryContext?, firstPosition: Int, isolatedCount: Int
  ) throws {
    var random = Randomness(seed: 20)
    let tokens = random.tokens(70, vocabulary: test.configuration.vocabularySize)
    let pass = ForwardPass(model: test.model)
    pass.run([Sequence(tokens: tokens, firstPosition: firstPosition, memory: memory, isolatedCount: isolatedCount)])
    let whole = pass.logits(Array(0..<70)).flatMap { $0 }

    let cache = try KeyValueCache(configuration: test.configuration, capacity: 70)
    var parts: [Float] = []
    for count in division {
      let first = cache.tokenCount
      pass.run([
        Sequence(
          tokens: Array(tokens[first..<first + count]), firstPosition: firstPosition + first, memory: memory,
          cache: cache,
          isolatedCount: max(0, isolatedCount - first))
      ])
      parts += pass.logits(Array(0..<count)).flatMap { $0 }
    }
    #expect(cache.tokenCount == 70)
    #expect(largestDifference(parts, whole.map { Double($0) }) < 1e-4)
  }
}
