import M3Encoder
import M3Inference
import M3Memory
import M3Records
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// Contexts whose chunks retrieve, against the rule spelled out token by token.
@Suite struct ReadingContextTests {
  let bank: EvaluationBank
  /// The tied tiny model says one token again and again; this one does not.
  let model: LlamaModel

  init() throws {
    bank = try EvaluationBank(.received, tokensPerHead: 5)
    model = try LlamaModel(GGUFFile(path: Fixtures.path("tiny/tiny-llama-untied.gguf")), decoding: true)
  }

  private var tokenizer: Tokenizer { bank.base.tokenizer }

  private func prompt(_ count: Int) -> [Int32] {
    Array(bank.base.references.flatMap { tokenizer.encode($0.text) }.prefix(count))
  }

  private func context(_ retriever: MemoryRetriever, capacity: Int, threads: Int? = nil) throws -> ReadingContext {
    try ReadingContext(
      model: model, tokenizer: tokenizer, memory: .retrieved(retriever),
      firstPosition: bank.assembler.contextPosition, capacity: capacity, decodingThreads: threads)
  }

  private struct Run: Equatable {
    var tokens: [Int32] = []
    var changes: [MemoryChange] = []
  }

  private func run(_ retriever: MemoryRetriever, _ prompt: [Int32], generating count: Int, threads: Int? = nil) throws
    -> Run
  {
    var run = Run()
    let context = try context(retriever, capacity: prompt.count + count, threads: threads)
    context.onMemoryChange = { run.changes.append($0) }
    let logits = try context.read(prompt)
    var sampler = Sampler()
    run.tokens = try Generator(tokenizer: tokenizer, stopTokens: []).generate(
      context, after: logits, sampler: &sampler, maximumTokens: count
    ).tokens
    context.settle()
    return run
  }

  /// Less than a chunk, whole chunks, and more; the prompt's end inside of a chunk and at its end.
  @Test(arguments: [1, 5, 7, 8, 9, 15, 16, 17, 30], [0, 3])
  func chunksReadWhatTheyRetrieve(promptCount: Int, prefetch: Int) throws {
    let retriever = MemoryRetriever(bank) {
      ($0.chunkTokens, $0.count, $0.prefetchTokens, $0.similarityWeight) = (8, 2, prefetch, 3)
    }
    let prompt = prompt(promptCount)
    let found = try run(retriever, prompt, generating: 30)
    let expected = try specified(retriever, prompt, count: 30)
    #expect(found.tokens == expected.tokens)
    #expect(found.changes == expected.changes)
    #expect(found.changes.count > 3)
  }

  /// The rule: which text a token's memories are retrieved by follows from its place alone.
  private func specified(_ retriever: MemoryRetriever, _ prompt: [Int32], count: Int) throws -> Run {
    let size = retriever.settings.chunkTokens
    let pass = ForwardPass(model: model)
    let cache = try KeyValueCache(configuration: model.configuration, capacity: prompt.count + count)
    var tokens = prompt
    var run = Run()
    var last: Range<Int>?
    for place in 0..<prompt.count + count - 1 {
      let start = place / size * size
      let query: Range<Int>
      if start + size <= prompt.count {
        query = start..<start + size
      } else if start < prompt.count {
        query = start == 0 ? 0..<prompt.count : start - size..<start
      } else {
        query = start - size..<start
      }
      let text = String(decoding: tokenizer.decode(tokens[query].filter { !tokenizer.isControl($0) }), as: UTF8.self)
      let hits = try retriever.hits(for: [text])[0]
      if query != last { run.changes.append(MemoryChange(tokenCount: place, query: text, hits: hits)) }
      last = query
      pass.run([
        Sequence(
          tokens: [tokens[place]], firstPosition: bank.assembler.contextPosition + place,
          memory: try retriever.context(hits), cache: cache)
      ])
      guard place >= prompt.count - 1 else { continue }
      pass.forEachLogits(rows: [0]) { _, logits in
        let all = UnsafeBufferPointer(start: logits, count: pass.vocabularySize)
        tokens.append(Int32(all.firstIndex(of: all.max()!)!))
      }
    }
    run.tokens = Array(tokens[prompt.count...])
    return run
  }

  @Test func decodingThreadsChangeNothing() throws {
    let runs = try [1, 2].map { threads in
      try run(MemoryRetriever(bank) { $0.chunkTokens = 8 }, prompt(20), generating: 40, threads: threads)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0].tokens.count == 40)
  }

  @Test func theGateKeepsMemoriesOut() throws {
    let all = try run(MemoryRetriever(bank) { ($0.chunkTokens, $0.gate) = (8, -1) }, prompt(20), generating: 20)
    let none = try run(MemoryRetriever(bank) { ($0.chunkTokens, $0.gate) = (8, 2) }, prompt(20), generating: 20)
    #expect(all.changes.allSatisfy { $0.hits.count == bank.base.references.count.clamped(to: 0...5) })
    #expect(none.changes.allSatisfy { $0.hits.isEmpty })
    #expect(all.tokens != none.tokens)
  }

  @Test func aTurnRetrievesByItsOwnQuery() throws {
    let retriever = MemoryRetriever(bank) { $0.chunkTokens = 8 }
    let context = try context(retriever, capacity: 60)
    var queries: [String] = []
    context.onMemoryChange = { queries.append($0.query) }
    _ = try context.read(prompt(5), query: "first")
    _ = try context.append(3)
    _ = try context.read(prompt(20), query: "second")
    #expect(queries.count == 3)
    #expect(queries[0] == "first")
    #expect(queries[1] == "second")
    #expect(context.tokenCount == 26)
    // A turn begins a chunk of its own, and its tail keeps what is there: 4 of 8 tokens are in it.
    for _ in 0..<4 { _ = try context.append(3) }
    #expect(queries.count == 3)
    _ = try context.append(3)
    #expect(queries.count == 4)
  }

  /// A BOS stands before the first chunk, whether it sees the memories or not.
  @Test(arguments: [0, 1])
  func aBOSBelongsToNoChunk(isolatedCount: Int) throws {
    let retriever = MemoryRetriever(bank) { $0.chunkTokens = 8 }
    let context = try context(retriever, capacity: 60)
    var changes: [MemoryChange] = []
    context.onMemoryChange = { changes.append($0) }
    let tokens = prompt(16)
    _ = try context.read([0] + tokens, bosCount: 1, isolatedCount: isolatedCount)
    let texts = [tokens[..<8], tokens[8...]].map { String(decoding: tokenizer.decode($0), as: UTF8.self) }
    #expect(changes.map(\.query) == texts)
    #expect(changes.map(\.tokenCount) == [0, 9])
  }

  @Test func refusals() throws {
    let retriever = MemoryRetriever(bank)
    #expect(throws: GenerationError.tooLong(positions: bank.assembler.contextPosition + 400, limit: 512)) {
      try context(retriever, capacity: 400)
    }
    let small = try context(retriever, capacity: 10)
    #expect(throws: GenerationError.emptyPrompt) { try small.read([]) }
    #expect(throws: GenerationError.emptyPrompt) { try small.read([0], bosCount: 1) }
    let position = bank.assembler.contextPosition
    #expect(throws: GenerationError.tooLong(positions: position + 11, limit: position + 10)) {
      try small.read(prompt(11))
    }
    #expect(small.tokenCount == 0)
  }

  /// The next memories are there before they are asked for.
  @Test func readingAhead() throws {
    // Each chunk is the beginning of another reference.
    let chunks = bank.base.references.map { Array(tokenizer.encode($0.text).prefix(40)) }
    let statistics = try [0, 1].map { prefetch in
      let retriever = MemoryRetriever(bank) { ($0.chunkTokens, $0.count, $0.prefetchTokens) = (40, 1, 4 * prefetch) }
      let context = try context(retriever, capacity: 40 * chunks.count)
      _ = try context.read(chunks[0])
      for token in chunks.dropFirst().joined() { _ = try context.append(token) }
      context.settle()
      return retriever.cache.statistics
    }
    #expect(statistics[0].requests == statistics[1].requests && statistics[0].requests == chunks.count - 1)
    #expect(statistics[0].prefetched == 0)
    #expect(statistics[1].prefetched > 0)
    #expect(statistics[1].hits > statistics[0].hits)
  }
}

extension Int {
  fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
