import M3Inference
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// Generation with a cache against one run over everything for each token.
@Suite struct GeneratorTests {
  let tokenizer: Tokenizer
  let model: LlamaModel

  /// The tied tiny model says one token again and again; this one does not.
  init() throws {
    tokenizer = try EvaluationModel.tiny.get().tokenizer
    model = try LlamaModel(GGUFFile(path: Fixtures.path("tiny/tiny-llama-untied.gguf")))
  }

  @Test(arguments: 0...3, [1, 2, 3])
  func sameAsRecomputingEverything(isolatedCount: Int, seed: Int) throws {
    let start = Sequence(
      tokens: [0] + tokenizer.encode("What is"), firstPosition: 130, memory: memory(seed: seed),
      isolatedCount: isolatedCount)
    let expected = recomputed(start, count: 40)
    let found = try Continuation(model: model, tokenizer: tokenizer).text(
      prompt: start.tokens, memory: start.memory, firstPosition: 130, isolatedCount: isolatedCount, maximumTokens: 40)
    #expect(Set(expected).count > 3)
    #expect(found == text(expected))
  }

  @Test func withoutMemory() throws {
    let prompt = [0] + tokenizer.encode("The lamp")
    let found = try Continuation(model: model, tokenizer: tokenizer).text(
      prompt: prompt, firstPosition: 0, maximumTokens: 30)
    #expect(found == text(recomputed(Sequence(tokens: prompt), count: 30)))
    #expect(
      try Continuation(model: model, tokenizer: tokenizer).text(prompt: prompt, firstPosition: 0, maximumTokens: 30)
        == found)
  }

  @Test func memoriesChangeWhatIsSaid() throws {
    let said = try [memory(seed: 1), memory(seed: 2), nil].map {
      try Continuation(model: model, tokenizer: tokenizer).text(
        prompt: [0, 9], memory: $0, firstPosition: 130, maximumTokens: 20)
    }
    #expect(Set(said).count == 3)
  }

  @Test(arguments: [(512, 5), (511, 5), (508, 5), (510, 0)])
  func neverBeyondTheContext(end: Int, maximumTokens: Int) throws {
    let prompt = tokenizer.encode("lamp")
    var emitted = 0
    let text = try Continuation(model: model, tokenizer: tokenizer).text(
      prompt: prompt, firstPosition: end - prompt.count, maximumTokens: maximumTokens
    ) { _ in
      emitted += 1
      return true
    }
    #expect(text.isEmpty == (emitted == 0))
    #expect(emitted <= min(513 - end, maximumTokens))
    if min(513 - end, maximumTokens) == 0 { #expect(emitted == 0) }
  }

  @Test func refusals() {
    #expect(throws: GenerationError.emptyPrompt) {
      try Continuation(model: model, tokenizer: tokenizer).text(prompt: [], firstPosition: 0, maximumTokens: 5)
    }
    #expect(throws: GenerationError.tooLong(positions: 513, limit: 512)) {
      try Continuation(model: model, tokenizer: tokenizer).text(
        prompt: [1, 2, 3], firstPosition: 510, maximumTokens: 5)
    }
  }

  private func text(_ tokens: [Int32]) -> String { String(decoding: tokenizer.decode(tokens), as: UTF8.self) }

  /// Random rows, more in some heads than in others.
  private func memory(seed: Int) -> MemoryContext {
    var random = Randomness(seed: UInt64(seed))
    let offsets = [0, 3, 3, 20, 29]
    let memory = AttentionMemory(
      layerCount: 2, keyValueHeadCount: 2, headDimension: 16, offsets: offsets, keys: random.floats(29 * 16, 2),
      values: random.floats(29 * 16, 2))
    return MemoryContext(bos: nil, memories: [memory])
  }

  /// The likeliest token behind the sequence, appended, again and again, without a cache.
  private func recomputed(_ start: Sequence, count: Int) -> [Int32] {
    let pass = ForwardPass(model: model)
    var tokens = start.tokens
    for _ in 0..<count {
      pass.run([
        Sequence(
          tokens: tokens, firstPosition: Int(start.positions[0]), memory: start.memory,
          isolatedCount: start.isolatedCount)
      ])
      pass.forEachLogits(rows: [tokens.count - 1]) { _, logits in
        let all = UnsafeBufferPointer(start: logits, count: pass.vocabularySize)
        tokens.append(Int32(all.firstIndex(of: all.max()!)!))
      }
    }
    return Array(tokens[start.tokens.count...])
  }
}
