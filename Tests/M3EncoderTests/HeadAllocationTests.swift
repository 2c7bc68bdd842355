import M3Encoder
import M3Memory
import M3TestSupport
import Testing

/// `heads`: some heads keep every token.
@Suite struct HeadAllocationTests {
  let tiny = TinyEncoding.shared

  @Test(arguments: [0, 1, 8, 200], [SelectionRule.received, .attention, .reconstruction])
  func countsAreExact(tokensPerHead: Int, rule: SelectionRule) throws {
    var random = Randomness(seed: 21)
    var configuration = tiny.configuration(rule, .heads, tokensPerHead: tokensPerHead)
    configuration.denseHeads = [KeyValueHead(layer: 1, head: 0), KeyValueHead(layer: 0, head: 1)]
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
    for tokenCount in [0, 1, 7, 8, 50] {
      let memory = try encoder.encode([random.tokens(tokenCount, vocabulary: 300)])[0]
      let others = min(tokensPerHead, tokenCount)
      #expect(memory.counts == [others, tokenCount, tokenCount, others])
    }
  }

  /// The dense heads hold what `all` would keep, the others what `uniform` would.
  @Test func vectorsAreThoseOfTheOtherAllocations() throws {
    let tokens = tiny.tokens("Harrow's rule#0")
    var configuration = tiny.configuration(.received, .heads, tokensPerHead: 5)
    configuration.denseHeads = [KeyValueHead(layer: 1, head: 1)]
    func encode(_ configuration: EncoderConfiguration) throws -> SparseMemory {
      try ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration).encode([tokens])[0]
    }
    let heads = try encode(configuration)
    let all = try encode(tiny.configuration(.all))
    let uniform = try encode(tiny.configuration(.received, .uniform, tokensPerHead: 5))
    for entry in 0..<4 {
      let source = entry == 3 ? all : uniform
      let found = heads.offsets[entry] * 16..<heads.offsets[entry + 1] * 16
      let expected = source.offsets[entry] * 16..<source.offsets[entry + 1] * 16
      #expect(heads.kept[entry] == source.kept[entry])
      #expect(heads.keys[found] == source.keys[expected])
      #expect(heads.values[found] == source.values[expected])
    }
  }

  /// Layers without memories have no dense heads.
  @Test func onlyMemoryLayersCount() throws {
    var configuration = tiny.configuration(.received, .heads, tokensPerHead: 3, layers: [1])
    configuration.denseHeads = [KeyValueHead(layer: 0, head: 0), KeyValueHead(layer: 1, head: 1)]
    let encoder = ReferenceEncoder(model: tiny.model, bos: tiny.bos(), configuration: configuration)
    #expect(try encoder.encode([Array(20..<40)])[0].counts == [3, 20])
  }
}
