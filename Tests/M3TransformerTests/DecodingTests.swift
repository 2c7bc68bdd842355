import M3Tensor
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// Token by token, a decoding pass is a forward pass.
@Suite struct DecodingTests {
  /// Weights in float32 panels: the same sums but for their order.
  @Test(arguments: TestModel.shapes)
  func equalsForwardPassWithoutCodes(_ test: TestModel) throws {
    for (found, expected) in try outcomes(test) {
      #expect(M3TransformerTests.largestDifference(found, expected.map { Double($0) }) < 1e-4)
    }
  }

  /// Activations are rounded to 1/127 of a block's largest, a noise of about a hundredth of their size at every matrix.
  /// Rows in a wrong order, or a wrong scale, would be off by the logits' own size.
  @Test(arguments: TestModel.tiny)
  func equalsForwardPassButForRounding(_ test: TestModel) throws {
    try expectNoise(of: test, below: 0.03)
  }

  /// Weights are rounded too.
  @Test(arguments: TestModel.kQuants)
  func equalsForwardPassButForRoundingOfBoth(_ test: TestModel) throws {
    try expectNoise(of: test, below: 0.05)
  }

  private func expectNoise(of test: TestModel, below limit: Float) throws {
    for (found, expected) in try outcomes(test) {
      let noise = relativeNoise(found, expected)
      #expect(noise < limit)
      #expect(noise > 1e-4, "nothing was rounded: the codes are not in use")
    }
  }

  /// Logits of both passes behind each kind of memory, after a prompt that a forward pass has put into the cache.
  private func outcomes(_ test: TestModel) throws -> [(found: [Float], expected: [Float])] {
    let model = try test.decodingModel()
    let shape = model.configuration
    var random = Randomness(seed: 51)
    return try MemoryContext.kinds(&random, shape).map { memory in
      let tokens = random.tokens(30, vocabulary: shape.vocabularySize)
      let forward = ForwardPass(model: model)
      forward.run([Sequence(tokens: tokens, firstPosition: 7, memory: memory)])
      let expected = forward.logits(Array(12..<30)).flatMap { $0 }
      let cache = try KeyValueCache(configuration: shape, capacity: 30)
      forward.run([Sequence(tokens: Array(tokens[..<12]), firstPosition: 7, memory: memory, cache: cache)])
      let found = DecodingPass(model: model).logits(
        Array(tokens[12...]), firstPosition: 19, memory: memory, cache: cache, vocabulary: shape.vocabularySize)
      #expect(cache.tokenCount == 30)
      return (found.flatMap { $0 }, expected)
    }
  }

  /// The root mean square of the difference over that of what is expected.
  private func relativeNoise(_ found: [Float], _ expected: [Float]) -> Float {
    let squares = zip(found, expected).reduce(into: (Float(0), Float(0))) { sums, pair in
      sums.0 += (pair.0 - pair.1) * (pair.0 - pair.1)
      sums.1 += pair.1 * pair.1
    }
    return (squares.0 / squares.1).squareRoot()
  }

  /// What a decoding pass has put into the cache, a forward pass reads.
  @Test(arguments: TestModel.shapes)
  func forwardPassGoesOnWhereDecodingStopped(_ test: TestModel) throws {
    let model = try test.decodingModel()
    var random = Randomness(seed: 52)
    let tokens = random.tokens(20, vocabulary: model.configuration.vocabularySize)
    let cache = try KeyValueCache(configuration: model.configuration, capacity: 20)
    _ = DecodingPass(model: model).logits(
      Array(tokens[..<11]), cache: cache, vocabulary: model.configuration.vocabularySize)
    let forward = ForwardPass(model: model)
    forward.run([Sequence(tokens: Array(tokens[11...]), firstPosition: 11, cache: cache)])
    let found = forward.logits(Array(0..<9)).flatMap { $0 }
    forward.run([Sequence(tokens: tokens)])
    let expected = forward.logits(Array(11..<20)).flatMap { $0.map { Double($0) } }
    #expect(M3TransformerTests.largestDifference(found, expected) < 1e-4)
  }

  /// More threads than processors, and than key-value heads.
  @Test(arguments: TestModel.all, [2, 5])
  func bitsDoNotDependOnThreads(_ test: TestModel, threads: Int) throws {
    let model = try test.decodingModel()
    var random = Randomness(seed: 53)
    for memory in MemoryContext.kinds(&random, model.configuration) {
      let tokens = random.tokens(3, vocabulary: model.configuration.vocabularySize)
      let logits = try [1, threads].map { threads in
        DecodingPass(model: model, threads: threads).logits(
          tokens, memory: memory, cache: try KeyValueCache(configuration: model.configuration, capacity: 3),
          vocabulary: model.configuration.vocabularySize)
      }
      #expect(identical(logits[0], logits[1]))
    }
  }

  /// Integers are exact and a row is one chain, so sets of kernels differ only by their norms, scores and exponentials.
  @Test func setsOfKernelsAgree() throws {
    let logits = try TestModel.tiny.map { test in
      let model = try test.decodingModel()
      var random = Randomness(seed: 54)
      let tokens = random.tokens(12, vocabulary: model.configuration.vocabularySize)
      return DecodingPass(model: model).logits(
        tokens, cache: try KeyValueCache(configuration: model.configuration, capacity: 12),
        vocabulary: model.configuration.vocabularySize
      ).flatMap { $0 }
    }
    // A value at the border of two codes may be rounded either way: one step of one code.
    #expect(logits.dropFirst().allSatisfy { relativeNoise($0, logits[0]) < 0.01 })
  }

  /// What a sequence gives does not depend on what its pass computed before.
  @Test(arguments: TestModel.tiny)
  func aPassKeepsNothing(_ test: TestModel) throws {
    let model = try test.decodingModel()
    var random = Randomness(seed: 55)
    let kinds = MemoryContext.kinds(&random, model.configuration)
    let tokens = random.tokens(5, vocabulary: model.configuration.vocabularySize)
    func logits(_ pass: DecodingPass, _ memory: MemoryContext?) throws -> [[Float]] {
      pass.logits(
        tokens, memory: memory, cache: try KeyValueCache(configuration: model.configuration, capacity: 5),
        vocabulary: model.configuration.vocabularySize)
    }
    let pass = DecodingPass(model: model)
    for memory in kinds + kinds.reversed() {
      #expect(try identical(logits(pass, memory), logits(DecodingPass(model: model), memory)))
    }
  }

  /// The most probable token of the real model, as the exact pass has it.
  @Test(.enabled(if: Fixtures.smollm2 != nil), arguments: [1, 2])
  func realModelPrefersTheSameTokens(threads: Int) throws {
    let model = try LlamaModel(GGUFFile(path: try #require(Fixtures.smollm2)), decoding: true)
    let shape = model.configuration
    // The model's own greedy text, where a choice is seldom close.
    var tokens: [Int32] = [1, 504, 3575, 282, 4649, 314]
    let cache = try KeyValueCache(configuration: shape, capacity: 64)
    let pass = DecodingPass(model: model, threads: threads)
    var found: [[Float]] = pass.logits(tokens, cache: cache, vocabulary: shape.vocabularySize)
    for _ in 0..<24 {
      tokens.append(Int32(argmax(found.last!)))
      found += pass.logits(
        [tokens.last!], firstPosition: tokens.count - 1, cache: cache, vocabulary: shape.vocabularySize)
    }
    let forward = ForwardPass(model: model)
    forward.run([Sequence(tokens: tokens)])
    let expected = forward.logits(Array(tokens.indices))
    let agreeing = tokens.indices.filter { argmax(found[$0]) == argmax(expected[$0]) }
    #expect(agreeing.count >= tokens.count - 2)
  }

  private func argmax(_ logits: [Float]) -> Int { logits.indices.max { logits[$0] < logits[$1] }! }
}
