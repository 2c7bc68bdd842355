import M3Memory
import M3TestSupport
import M3Transformer
import Testing

@Suite struct AttentionMemoryTests {
  let configuration = TestModel.tiny[0].configuration

  @Test func concatenationIsHeadByHead() {
    var random = Randomness(seed: 41)
    let parts = [[2, 0, 1, 3], [0, 0, 0, 0], [1, 4, 0, 2]].map {
      AttentionMemory(random: &random, configuration, counts: $0)
    }
    let joined = AttentionMemory(concatenating: parts)
    #expect(joined.offsets == [0, 3, 7, 8, 13])
    #expect(joined.rowCount == 13)
    for layer in 0..<2 {
      for head in 0..<2 {
        func rows(_ memory: AttentionMemory) -> [[Double]] {
          memory.plainRows(layer: layer, head: head).map { $0.key + $0.value }
        }
        #expect(rows(joined) == parts.flatMap(rows))
      }
    }
  }

  @Test func oneAloneStaysAsItIs() {
    var random = Randomness(seed: 42)
    let memory = AttentionMemory.ragged(&random, configuration)
    #expect(AttentionMemory(concatenating: [memory]) == memory)
  }

  @Test(arguments: [0, 1, 5])
  func bosMemoryHasAllRowsInEveryHead(tokenCount: Int) {
    var random = Randomness(seed: 43)
    let count = 2 * 2 * tokenCount * 16
    let bos = BOSMemory(
      layerCount: 2, keyValueHeadCount: 2, tokenCount: tokenCount, headDimension: 16, keys: random.floats(count),
      values: random.floats(count))
    let memory = AttentionMemory(bos)
    #expect(memory.keys == bos.keys)
    #expect(memory.values == bos.values)
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
    pass.run([Sequence(tokens: Array(tokens[70...]), firstPosition: 70, memory: memory)])
    #expect(largestDifference(pass.logits(Array(0..<30)).flatMap { $0 }, whole.map { Double($0) }) < 1e-5)
  }
}
