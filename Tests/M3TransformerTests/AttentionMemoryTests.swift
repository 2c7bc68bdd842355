import M3Memory
import M3Tensor
import M3TestSupport
import M3Transformer
import Testing

@Suite struct AttentionMemoryTests {
  let configuration = TestModel.tiny[0].configuration

  /// One memory whose heads hold the rows of several, and the several.
  @Test(arguments: TestModel.all)
  func severalMemoriesAreReadAsOne(_ test: TestModel) {
    var random = Randomness(seed: 41)
    let shape = test.configuration
    let parts = (0..<3).map { _ in AttentionMemory.ragged(&random, shape) }
    var offsets = [0]
    var keys: [Float] = []
    var values: [Float] = []
    for entry in 0..<shape.layerCount * shape.keyValueHeadCount {
      for part in parts {
        let elements = part.offsets[entry] * shape.headDimension..<part.offsets[entry + 1] * shape.headDimension
        keys += part.keys.elements[elements]
        values += part.values.elements[elements]
      }
      offsets.append(keys.count / shape.headDimension)
    }
    let joined = AttentionMemory(
      layerCount: shape.layerCount, keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension,
      offsets: offsets, keys: keys, values: values)
    let tokens = random.tokens(9, vocabulary: shape.vocabularySize)
    let logits = [
      MemoryContext(bos: nil, memories: [joined]), MemoryContext(bos: parts[0], memories: Array(parts[1...])),
      MemoryContext(bos: nil, memories: parts),
    ].map { memory in
      let pass = ForwardPass(model: test.model)
      pass.run([Sequence(tokens: tokens, firstPosition: 128, memory: memory)])
      return pass.logits(Array(0..<9))
    }
    #expect(logits[1] == logits[0])
    #expect(logits[2] == logits[0])
  }

  @Test func equalityIsOfRows() {
    var random = Randomness(seed: 42)
    let memory = AttentionMemory.ragged(&random, configuration)
    let longer = AttentionMemory(
      layerCount: memory.layerCount, keyValueHeadCount: memory.keyValueHeadCount, headDimension: memory.headDimension,
      offsets: memory.offsets, keys: FloatBuffer(Array(memory.keys.elements) + [1]), values: memory.values)
    #expect(longer == memory)
    #expect(AttentionMemory.ragged(&random, configuration) != memory)
  }

  @Test(arguments: [0, 1, 5])
  func bosMemoryHasAllRowsInEveryHead(tokenCount: Int) {
    var random = Randomness(seed: 43)
    let count = 2 * 2 * tokenCount * 16
    let bos = BOSMemory(
      layerCount: 2, keyValueHeadCount: 2, tokenCount: tokenCount, headDimension: 16, keys: random.floats(count),
      values: random.floats(count))
    let memory = AttentionMemory(bos)
    #expect(Array(memory.keys.elements) == bos.keys)
    #expect(Array(memory.values.elements) == bos.values)
    for entry in 0..<4 {
      let rows = memory.rows(layer: entry / 2, head: entry % 2)
      #expect(rows == entry * tokenCount..<(entry + 1) * tokenCount)
    }
  }

  /// What a memory says, it says as the same tokens before the sequence would: keys and values of a prefix are a memory.
  @Test(arguments: TestModel.all)
  func prefixAsMemoryEqualsPrefixAsText(_ test: TestModel) {
    var random = Randomness(seed: 44)
    let shape = test.configuration
    let tokens = random.tokens(100, vocabulary: shape.vocabularySize)
    let recorder = Recorder()
    let pass = ForwardPass(model: test.model)
    pass.run([Sequence(tokens: tokens)], observer: recorder)
    let whole = pass.logits(Array(70..<100)).flatMap { $0 }

    func rows(_ vectors: (Recorder.Layer) -> [Float]) -> [Float] {
      (0..<shape.layerCount).flatMap { layer in
        (0..<shape.keyValueHeadCount).flatMap { head in
          (0..<70).flatMap { row -> ArraySlice<Float> in
            let first = (row * shape.keyValueHeadCount + head) * shape.headDimension
            return vectors(recorder.layers[layer]!)[first..<first + shape.headDimension]
          }
        }
      }
    }
    let memory = AttentionMemory(
      layerCount: shape.layerCount, keyValueHeadCount: shape.keyValueHeadCount, headDimension: shape.headDimension,
      offsets: (0...shape.layerCount * shape.keyValueHeadCount).map { 70 * $0 }, keys: rows(\.keys),
      values: rows(\.values))
    pass.run([Sequence(tokens: Array(tokens[70...]), firstPosition: 70, memory: MemoryContext(bos: memory))])
    #expect(largestDifference(pass.logits(Array(0..<30)).flatMap { $0 }, whole.map { Double($0) }) < 1e-5)
  }
}
