import M3Encoder
import M3Memory
import M3TestSupport
import M3Transformer
import M3Weights
import Testing

@Suite struct ReferenceEncoderTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: SelectionRule.allCases, SelectionAllocation.allCases)
  func aMemoryDoesNotDependOnItsBatch(rule: SelectionRule, allocation: SelectionAllocation) throws {
    var random = Randomness(seed: 5)
    let references = [40, 3, 0, 70, 8, 1, 64].map { random.tokens($0, vocabulary: 300) }
    let configuration = tiny.configuration(rule, allocation)
    let alone = try references.map {
      try ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration).encode([$0])[0]
    }
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
    for batch in [Array(0..<7), [6, 5, 4, 3, 2, 1, 0], [2], [3, 3], []] {
      #expect(try encoder.encode(batch.map { references[$0] }) == batch.map { alone[$0] })
    }
  }

  @Test(arguments: SelectionRule.allCases, SelectionAllocation.allCases)
  func countsAreTheBudget(rule: SelectionRule, allocation: SelectionAllocation) throws {
    var random = Randomness(seed: 6)
    let encoder = ReferenceEncoder(
      model: tiny.model, bos: tiny.bos(), configuration: tiny.configuration(rule, allocation))
    for tokenCount in [0, 1, 7, 8, 9, 50] {
      let memory = try encoder.encode([random.tokens(tokenCount, vocabulary: 300)])[0]
      #expect(memory.tokenCount == tokenCount)
      #expect(memory.counts.count == 4)
      let budget = rule == .all ? tokenCount : min(8, tokenCount)
      #expect(memory.rowCount == 4 * budget)
      if allocation != .adaptive || tokenCount <= 8 { #expect(memory.counts == Array(repeating: budget, count: 4)) }
      #expect(
        SparseMemory.firstInconsistency(tokenCount: tokenCount, counts: memory.counts, positions: memory.positions)
          == nil)
    }
  }

  @Test func adaptiveMemoriesAreRagged() throws {
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: tiny.configuration())
    let memory = try encoder.encode([tiny.tokens("Harrow's rule#0")])[0]
    #expect(Set(memory.counts).count > 1)
  }

  @Test(arguments: [(SelectionRule.attention, 23), (.all, 23), (.received, 23), (.reconstruction, 128 + 4 + 20)])
  func positionsTaken(rule: SelectionRule, expected: Int) {
    var configuration = tiny.configuration(rule)
    configuration.repeatPrompt = [1, 2, 3, 4]
    #expect(ReferenceEncoder.positionCount(tokenCount: 20, bosTokenCount: 3, configuration: configuration) == expected)
  }

  @Test func longReferencesAreRepeatedBehindThemselves() {
    let count = ReferenceEncoder.positionCount(
      tokenCount: 150, bosTokenCount: 3, configuration: tiny.configuration())
    #expect(count == 153 + tiny.configuration().repeatPrompt.count + 150)
  }

  /// Weights that are finite and whose products are not: of token 7 alone, the only one with anything in channel 0.
  @Test func overflowIsAnErrorThatNamesTheReference() throws {
    var builder = GGUFBuilder(RandomLlama(), seed: 2)
    for token in 0..<50 { builder.tensors["token_embd.weight"]?.values[24 * token] = token == 7 ? 100 : 0 }
    builder.tensors["blk.0.attn_k.weight"]?.values[0] = 3e38
    let folder = try TemporaryFolder()
    let model = try LlamaModel(GGUFFile(path: folder.write(builder.bytes, "model.gguf")))
    let encoder = ReferenceEncoder(
      model: model, bos: BOSMemory(tokens: [0], model: model), configuration: tiny.configuration(.all))
    #expect(throws: Never.self) { try encoder.encode([[1, 2], [3]]) }
    let error = #expect(throws: ReferenceEncoder.NotFinite.self) { try encoder.encode([[1, 2], [3, 7], [4]]) }
    #expect(error?.reference == 1)
  }

  @Test(arguments: [[], [0], [0, 9, 20]] as [[Int32]])
  func bosMemoryIsWhatTheModelComputes(tokens: [Int32]) throws {
    let bos = tiny.bos(tokens)
    #expect(bos.tokenCount == tokens.count)
    #expect((bos.layerCount, bos.keyValueHeadCount, bos.headDimension) == (2, 2, 16))
    let twin = tiny.twin.run(tokens: tokens, positions: Array(tokens.indices))
    func inOrder(_ vectors: (PlainLlama.LayerResult) -> [[[Double]]]) -> [Double] {
      twin.layers.flatMap { layer in (0..<2).flatMap { head in vectors(layer).flatMap { $0[head] } } }
    }
    #expect(largestDifference(bos.keys, inOrder(\.keys)) < 1e-5)
    #expect(largestDifference(bos.values, inOrder(\.values)) < 1e-5)
  }
}
