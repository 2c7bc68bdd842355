import Dispatch
import M3Bytes
import M3Memory
import M3Tensor
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Synchronization
import Testing

@Suite struct ModelFeaturesTests {
  static let bosTokens: [Int32] = [0, 17, 4]
  static let texts = [
    "", "a", "What is a memory?", "Water boils at 100 degrees.\n\nIn the mountains it boils earlier.",
  ]
  private let test = TestModel.tiny[0]

  /// BOS text and reference run as one text: embeddings read from the file, hidden states by the pass alone.
  @Test(arguments: 0...2, texts)
  func featuresAreTheTextsOwnStates(layers: Int, text: String) throws {
    let features = try provider(layers)
    let tokens = try tokenizer().encode(text)
    let found = try features.features(of: text)
    let width = test.configuration.hiddenSize
    #expect(found.tokenCount == tokens.count && found.width == features.kind.width)
    let all = Self.bosTokens + tokens
    let pass = ForwardPass(model: test.model)
    let states = pass.run([Sequence(tokens: all)], extent: .residual(afterLayers: layers))
    let embedding = try test.file.tensor("token_embd.weight", shape: [test.configuration.vocabularySize, width])
    var expected: [Double] = []
    for row in Self.bosTokens.count - 1..<all.count {
      let vector = FloatBuffer(count: width)
      try test.file.readRows(embedding, rows: Int(all[row])..<Int(all[row]) + 1, into: vector.pointer)
      expected += normalized(Array(vector.elements))
      if layers > 0 { expected += normalized(Array(UnsafeBufferPointer(start: states + row * width, count: width))) }
    }
    #expect(largestDifference(found.rows, expected) < 1e-4)
  }

  @Test func tokensAndTextGiveTheSame() throws {
    let features = try provider(2)
    for text in Self.texts {
      #expect(try features.features(tokens: tokenizer().encode(text)) == features.features(of: text))
    }
  }

  /// Each text alone on a new provider, and all of them at once on one.
  @Test func threadsGiveTheSame() throws {
    let texts = (0..<40).map { String(repeating: "word \($0) ", count: 1 + $0 % 7) }
    let alone = try texts.map { try provider(1).features(of: $0) }
    let shared = try provider(1)
    let together = Mutex<[Int: TokenFeatures]>([:])
    DispatchQueue.concurrentPerform(iterations: texts.count) { index in
      let found = try? shared.features(of: texts[index])
      together.withLock { $0[index] = found }
    }
    for index in texts.indices {
      let found = together.withLock { $0[index] }
      #expect(found?.tokenCount == alone[index].tokenCount)
      #expect(identical(found?.rows ?? [], alone[index].rows))
    }
  }

  @Test func emptyBOSTextHasARowOfZeros() throws {
    let kind = FeatureKind(hiddenLayers: 1, hiddenSize: test.configuration.hiddenSize)
    let features = try ModelFeatures(
      model: test.model, tokenizer: tokenizer(), bos: bos([]), bosTokens: [], kind: kind)
    let found = try features.features(tokens: [5])
    #expect(found.rows[..<kind.width].allSatisfy { $0 == 0 })
    #expect(found.rows[kind.width...].contains { $0 != 0 })
  }

  @Test func refusals() throws {
    let features = try provider(1)
    let limit = test.configuration.contextLength - Self.bosTokens.count
    #expect(try features.features(tokens: Array(repeating: 1, count: limit)).tokenCount == limit)
    expectOutOfRange { _ = try features.features(tokens: Array(repeating: 1, count: limit + 1)) }
    expectOutOfRange { _ = try features.features(tokens: [1, Int32(self.test.configuration.vocabularySize)]) }
    expectOutOfRange { _ = try features.features(tokens: [-1]) }

    let width = test.configuration.hiddenSize
    for kind in [
      FeatureKind(hiddenLayers: 3, hiddenSize: width), FeatureKind(hiddenLayers: -1, hiddenSize: width),
      FeatureKind(hiddenLayers: 0, hiddenSize: width + 1),
    ] {
      expectMismatch { _ = try self.provider(kind, bosTokens: Self.bosTokens) }
    }
    let kind = FeatureKind(hiddenLayers: 0, hiddenSize: width)
    expectMismatch { _ = try self.provider(kind, bosTokens: [0, 17]) }
  }

  private func provider(_ layers: Int) throws -> ModelFeatures {
    try provider(
      FeatureKind(hiddenLayers: layers, hiddenSize: test.configuration.hiddenSize), bosTokens: Self.bosTokens)
  }

  private func provider(_ kind: FeatureKind, bosTokens: [Int32]) throws -> ModelFeatures {
    try ModelFeatures(
      model: test.model, tokenizer: tokenizer(), bos: bos(Self.bosTokens), bosTokens: bosTokens, kind: kind)
  }

  private func tokenizer() throws -> Tokenizer { try Tokenizer(TokenizerDefinition(test.file)) }

  private func bos(_ tokens: [Int32]) -> BOSMemory {
    let shape = test.configuration
    let recorder = Recorder()
    ForwardPass(model: test.model).run([Sequence(tokens: tokens)], observer: recorder)
    func turned(_ vectors: (Recorder.Layer) -> [Float]) -> [Float] {
      (0..<shape.layerCount).flatMap { layer in
        (0..<shape.keyValueHeadCount).flatMap { head in
          tokens.indices.flatMap { token -> ArraySlice<Float> in
            let first = (token * shape.keyValueHeadCount + head) * shape.headDimension
            return vectors(recorder.layers[layer] ?? Recorder.Layer())[first..<first + shape.headDimension]
          }
        }
      }
    }
    return BOSMemory(
      layerCount: shape.layerCount, keyValueHeadCount: shape.keyValueHeadCount, tokenCount: tokens.count,
      headDimension: shape.headDimension, keys: turned(\.keys), values: turned(\.values))
  }

  private func normalized(_ x: [Float]) -> [Double] {
    let mean = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(x.count)
    return x.map { Double($0) / (mean + 1e-6).squareRoot() }
  }

  private func expectOutOfRange(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) { try body() }
    guard case .outOfRange? = error?.problem else {
      Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
      return
    }
  }

  private func expectMismatch(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: FormatError.self, sourceLocation: sourceLocation) { try body() }
    guard case .mismatch? = error?.problem else {
      Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
      return
    }
  }
}
