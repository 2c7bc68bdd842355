import M3Encoder
import M3Inference
import M3TestSupport
import M3Transformer
import Testing

@Suite struct MemoryRetrieverTests {
  let bank: EvaluationBank
  private let query = "the lamp of the harbour and the river"

  init() throws { bank = try EvaluationBank(.received, tokensPerHead: 3) }

  private func hits(_ change: (inout RetrievalSettings) -> Void) throws -> [ReferenceHit] {
    try MemoryRetriever(bank, change: change).hits(for: [query])[0]
  }

  @Test func theGateAndTheCountBoundWhatIsRead() throws {
    let all = try hits { $0.count = 64 }
    #expect(all.count == bank.base.references.count)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.similarity >= $1.similarity })
    #expect(try hits { $0.count = 2 } == Array(all.prefix(2)))
    let gate = all[1].similarity
    #expect(try hits { ($0.count, $0.gate) = (64, gate) } == all.filter { $0.similarity >= gate })
    #expect(try hits { $0.gate = 2 }.isEmpty)
  }

  /// exp(−weight · distance) against the bound.
  @Test func whatWouldWeighNothingIsNotRead() throws {
    let all = try hits { $0.count = 64 }
    let distance = try #require(all.map { all[0].similarity - $0.similarity }.first { $0 > 0 })
    let near = all.filter { all[0].similarity - $0.similarity < distance }
    let change = { (weight: Float) in
      { (settings: inout RetrievalSettings) in
        (settings.count, settings.similarityWeight, settings.leastWeight) = (64, weight / distance, 0.01)
      }
    }
    // log 100 is 4.605.
    #expect(try hits(change(4.7)) == near)
    #expect(try hits(change(4.5)).count > near.count)
    #expect(try hits { ($0.count, $0.similarityWeight, $0.leastWeight) = (64, 1000, 0) } == all)
  }

  @Test func refusedReferencesMakeRoom() throws {
    let retriever = MemoryRetriever(bank) { $0.count = 2 }
    let all = try hits { $0.count = 64 }
    let refused = Set(all.prefix(all.count - 1).map(\.index))
    let kept = try retriever.hits(for: [query]) { _, hit in !refused.contains(hit.index) }
    #expect(kept == [[all[all.count - 1]]])
  }

  @Test func biasesFallWithSimilarity() throws {
    let retriever = MemoryRetriever(bank) { ($0.count, $0.similarityWeight, $0.leastWeight) = (3, 20, 0) }
    let hits = try retriever.hits(for: [query])[0]
    let context = try retriever.context(hits)
    #expect(context.memories.count == 3)
    #expect(context.biases == hits.map { ($0.similarity - hits[0].similarity) * 20 })
    #expect(try retriever.context([]).memories.isEmpty)
  }
}
