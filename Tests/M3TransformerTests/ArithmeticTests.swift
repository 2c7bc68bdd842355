import M3Tensor
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

/// Passes whose weights stay in codes, beside those in float32.
@Suite struct ArithmeticTests {
  /// Logits of all rows of a batch.
  private func logits(_ model: LlamaModel, _ sequences: [[Int32]]) -> [Float] {
    let pass = ForwardPass(model: model)
    pass.run(sequences.map { Sequence(tokens: $0) })
    var result: [Float] = []
    pass.forEachLogits(rows: Array(0..<sequences.reduce(0) { $0 + $1.count })) { _, logits in
      result.append(contentsOf: UnsafeBufferPointer(start: logits, count: pass.vocabularySize))
    }
    return result
  }

  private func coded(_ test: TestModel) throws -> LlamaModel {
    try LlamaModel(test.file, kernels: test.model.kernels, arithmetic: .int8)
  }

  @Test(arguments: TestModel.tiny + TestModel.shapes)
  func floatWeightsStayFloat(_ test: TestModel) throws {
    guard test.file.tensors.values.allSatisfy({ $0.type.blockSize == 1 }) else { return }
    var random = Randomness(seed: 71)
    let texts = [5, 9].map { random.tokens($0, vocabulary: test.configuration.vocabularySize) }
    #expect(identical(try logits(coded(test), texts), logits(test.model, texts)))
  }

  @Test(arguments: TestModel.kQuants)
  func codesAreNearFloats(_ test: TestModel) throws {
    var random = Randomness(seed: 72)
    let texts = [12, 1, 7].map { random.tokens($0, vocabulary: test.configuration.vocabularySize) }
    let (found, exact) = (try logits(coded(test), texts), logits(test.model, texts))
    var (error, square) = (0.0, 0.0)
    for (x, y) in zip(found, exact) {
      error += Double((x - y) * (x - y))
      square += Double(y * y)
    }
    let relative = (error / square).squareRoot()
    // Rounding to eight bits is 1/127 of a block's largest; more would be another weight or another place.
    #expect(relative > 1e-5 && relative < 0.03, "\(relative)")
  }

  /// Rows of codes are rounded one by one, so a text's numbers do not depend on what is read beside it.
  @Test(arguments: TestModel.kQuants)
  func textsDoNotDependOnTheirBatch(_ test: TestModel) throws {
    let model = try coded(test)
    var random = Randomness(seed: 73)
    let texts = [11, 3, 8, 1].map { random.tokens($0, vocabulary: model.configuration.vocabularySize) }
    #expect(identical(logits(model, texts), texts.flatMap { logits(model, [$0]) }))
  }

  /// A model in codes decodes from the same copy as one that has both.
  @Test(arguments: TestModel.kQuants)
  func decodingIsTheSameInEither(_ test: TestModel) throws {
    var random = Randomness(seed: 74)
    let tokens = random.tokens(9, vocabulary: test.configuration.vocabularySize)
    let found = try [Arithmetic.float32, .int8].map { arithmetic in
      let model = try LlamaModel(test.file, kernels: test.model.kernels, arithmetic: arithmetic, decoding: true)
      return DecodingPass(model: model).logits(
        tokens, cache: try KeyValueCache(configuration: model.configuration, capacity: tokens.count),
        vocabulary: test.configuration.vocabularySize)
    }
    #expect(identical(found[0], found[1]))
  }
}
