import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Tensor
import M3TestSupport
import Testing

@Suite struct PredictedCodecTests {
  @Test(arguments: [0, 2])
  func residualsAreThoseOfThePlainMathematics(hiddenLayers: Int) throws {
    var random = Randomness(seed: 21)
    let codebook = PredictedCodebook.random(&random, hiddenLayers: hiddenLayers)
    let transform = ResidualTransform(codebook)
    for tokenCount in [0, 1, 9] {
      let memory = SparseMemory(random: &random, shape: codebook.shape, tokenCount: tokenCount)
      let features = TokenFeatures.random(&random, codebook.features, tokenCount: tokenCount)
      let found = try transform.residuals(of: memory, features: features)
      let expected = PlainPrediction(codebook: codebook).residuals(memory, features)
      #expect(found.count == tokenCount * codebook.componentCount)
      #expect(zip(found, expected).allSatisfy { (Double($0) - $1).magnitude < 1e-4 })
    }
  }

  @Test(arguments: [0, 2], [Float(0.1), 2, 1000])
  func memoriesAreThoseOfThePlainMathematics(hiddenLayers: Int, step: Float) throws {
    var random = Randomness(seed: 22)
    let codebook = PredictedCodebook.random(&random, hiddenLayers: hiddenLayers)
    let codec = PredictedCodec(codebook, step: step)
    // From many tokens to none: scratch memory is used again.
    for tokenCount in [9, 4, 0] {
      let memory = SparseMemory(random: &random, shape: codebook.shape, tokenCount: tokenCount)
      let features = TokenFeatures.random(&random, codebook.features, tokenCount: tokenCount)
      let payload = try codec.payload(memory, features: features)
      let codes = try #require(PlainCodes.codes(payload, codebook: codebook, step: step))
      #expect(codes.joined().contains { $0 != 0 } == (step < 100 && tokenCount > 0))
      let expected = PlainPrediction(codebook: codebook).decoded(codes: codes, features: features, step: step)
      let decoded = try codec.memory(payload, shape: codebook.shape, features: features)
      #expect(decoded.tokenCount == tokenCount)
      #expect(decoded.counts == memory.counts && decoded.positions == memory.positions)
      #expect(zip(decoded.keys, expected.keys).allSatisfy { (Double($0) - $1).magnitude < 1e-4 })
      #expect(zip(decoded.values, expected.values).allSatisfy { (Double($0) - $1).magnitude < 1e-4 })
    }
  }

  /// With all directions, as many components and a small step nothing is lost but the step.
  @Test func aSmallStepGivesTheMemoryBack() throws {
    var random = Randomness(seed: 23)
    let shape = MemoryShape.small(dimension: 4)
    let count = 2 * shape.entryCount * 4
    var codebook = PredictedCodebook.random(&random, shape: shape, componentCount: count)
    let identity = (0..<count * count).map { Float($0 / count == $0 % count ? 1 : 0) }
    codebook.directionCounts = Array(repeating: 4, count: 2 * shape.entryCount)
    codebook.analysis = (0..<count * 4).map { Float($0 / 4 % 4 == $0 % 4 ? 0.5 : 0) }
    codebook.synthesis = codebook.analysis.map { 4 * $0 }
    codebook.predictionBasis = random.floats(codebook.predictionRank * count)
    codebook.basis = identity
    codebook.deviations = Array(repeating: 1, count: count)
    codebook.symbols.corrections = Array(repeating: 0, count: 3 * SymbolModel.classCount)
    let codec = PredictedCodec(codebook, step: 0.01)
    let memory = SparseMemory(random: &random, shape: shape, tokenCount: 12)
    let features = TokenFeatures.random(&random, codebook.features, tokenCount: 12)
    let decoded = try codec.memory(codec.payload(memory, features: features), shape: shape, features: features)
    // Codes are off by less than ½ + δ steps, and a component's step is two of the memory's.
    for (found, original) in zip(decoded.keys + decoded.values, memory.keys + memory.values) {
      #expect((found - original).magnitude < 2 * 0.01 * 0.71)
    }
  }

  /// Every set of kernels gives the same bytes and the same memory.
  @Test func kernelsAgree() throws {
    var random = Randomness(seed: 24)
    let codebook = PredictedCodebook.random(&random)
    let memory = SparseMemory(random: &random, shape: codebook.shape, tokenCount: 19)
    let features = TokenFeatures.random(&random, codebook.features, tokenCount: 19)
    let first = PredictedCodec(codebook, step: 0.2)
    let payload = try first.payload(memory, features: features)
    let decoded = try first.memory(payload, shape: codebook.shape, features: features)
    for kernels in Kernels.available.dropFirst() {
      let codec = PredictedCodec(codebook, step: 0.2, kernels: kernels)
      #expect(try codec.payload(memory, features: features) == payload, "\(kernels.name)")
      #expect(try codec.memory(payload, shape: codebook.shape, features: features) == decoded, "\(kernels.name)")
    }
  }

  @Test func keysAreRotated() throws {
    var random = Randomness(seed: 25)
    let codebook = PredictedCodebook.random(&random)
    let codec = PredictedCodec(codebook, step: 0.2)
    let memory = SparseMemory(random: &random, shape: codebook.shape, tokenCount: 6)
    let features = TokenFeatures.random(&random, codebook.features, tokenCount: 6)
    let payload = try codec.payload(memory, features: features)
    let plain = try codec.memory(payload, shape: codebook.shape, features: features)
    let rotation = Rotation(.unrotated(codebook.shape), positionCount: 40)
    let rotated = try payload.withUnsafeBytes { bytes in
      try codec.decode(
        bytes, shape: codebook.shape, features: features, rotation: rotation, firstPosition: 31
      ) { FloatBuffer(uninitializedCount: $0) }.sparseMemory(shape: codebook.shape)
    }
    #expect(rotated.keys == rotation.rotatedKeys(plain, firstPosition: 31))
    #expect(rotated.values == plain.values)
  }

  @Test func memoriesThatDoNotFit() throws {
    var random = Randomness(seed: 26)
    let codebook = PredictedCodebook.random(&random)
    let codec = PredictedCodec(codebook, step: 0.2)
    let features = TokenFeatures.random(&random, codebook.features, tokenCount: 6)
    let sparse = SparseMemory(random: &random, shape: codebook.shape, tokenCount: 6, counts: [6, 6, 5, 6, 6, 6])
    let gap = #expect(throws: FormatError.self) { try codec.payload(sparse, features: features) }
    #expect(gap == FormatError(.mismatch(expected: "all 6 tokens", found: "5 in head 2"), field: "counts"))
    let memory = SparseMemory(random: &random, shape: codebook.shape, tokenCount: 6)
    let payload = try codec.payload(memory, features: features)
    let other = TokenFeatures.random(&random, codebook.features, tokenCount: 7)
    let mismatch = #expect(throws: FormatError.self) {
      try codec.memory(payload, shape: codebook.shape, features: other)
    }
    #expect(
      mismatch == FormatError(.mismatch(expected: "7 tokens of the text", found: "6"), field: "token count", at: 0))
  }

  @Test func describesItself() throws {
    var random = Randomness(seed: 27)
    let embeddings = PredictedCodec(.random(&random), step: 0.1)
    #expect(embeddings.description == ["name": "predicted", "step": "0.1"])
    #expect(try PredictedCodec.step(embeddings.description) == 0.1)
    let layers = PredictedCodec(.random(&random, hiddenLayers: 2), step: 3)
    #expect(layers.description == ["name": "predicted-x2", "step": "3.0"])
    #expect(layers.features == FeatureKind(hiddenLayers: 2, hiddenSize: 5))
    let again = try PredictedCodec(
      description: layers.description, codebook: layers.codebook.bytes, shape: layers.codebook.shape)
    #expect(again.codebook == layers.codebook && again.step == 3)
    let other = #expect(throws: FormatError.self) {
      try PredictedCodec(
        description: embeddings.description, codebook: layers.codebook.bytes, shape: layers.codebook.shape)
    }
    #expect(other == FormatError(.mismatch(expected: "predicted-x2", found: "predicted"), field: "codec.name"))
    let bad: [JSONValue?] = [nil, 3, "0", "nan", "inf", "-1", "x"]
    for step in bad {
      var description = embeddings.description
      description["step"] = step
      let error = #expect(throws: FormatError.self) { try PredictedCodec.step(description) }
      #expect(error?.field == "codec.step")
    }
  }
}
