import M3Encoder
import M3Inference
import M3Memory
import M3Records
import M3TestSupport
import M3Text
import M3Transformer
import M3Weights
import Testing

/// Generation with a cache against one run over everything for each token.
@Suite struct GeneratorTests {
  let tiny: TinyModel

  init() throws {
    tiny = try TinyModel.shared.get()
  }

  @Test(arguments: Producer.ContextBOS.allCases)
  func sameAsRecomputingEverything(contextBOS: Producer.ContextBOS) throws {
    let bank = try TinyBank(.reconstruction, contextBOS: contextBOS)
    let memories = try tiny.references.map { try bank.reference(id: $0.id).memory }
    let sequence = bank.assembler.sequence(tiny.tokenizer.encode("What is"), reading: memories, contextBOS: [0])
    let expected = recomputed(sequence, count: 40)
    let found = try Generator(model: tiny.model, tokenizer: tiny.tokenizer, stopTokens: []).generate(
      prompt: sequence.tokens, memory: sequence.memory, firstPosition: 155, isolatedCount: sequence.isolatedCount,
      maximumTokens: 40)
    #expect(Set(expected).count > 3)
    #expect(found == text(expected))
  }

  @Test func withoutMemory() throws {
    let prompt = [0] + tiny.tokenizer.encode("The lamp")
    let generator = Generator(model: tiny.model, tokenizer: tiny.tokenizer, stopTokens: [])
    let found = try generator.generate(prompt: prompt, memory: nil, firstPosition: 0, maximumTokens: 30)
    #expect(found == text(recomputed(Sequence(tokens: prompt), count: 30)))
    #expect(try generator.generate(prompt: prompt, memory: nil, firstPosition: 0, maximumTokens: 30) == found)
  }

  @Test func memoriesChangeWhatIsSaid() throws {
    let bank = try TinyBank(.all)
    let generator = Generator(model: tiny.model, tokenizer: tiny.tokenizer, stopTokens: [])
    let said = try tiny.references.map { reference in
      let sequence = try bank.assembler.sequence(
        tiny.tokenizer.encode("What is"), reading: [bank.reference(id: reference.id).memory], contextBOS: [0])
      return try generator.generate(prompt: sequence.tokens, memory: sequence.memory, firstPosition: 155, maximumTokens: 20)
    }
    #expect(Set(said).count == said.count)
  }

  @Test(arguments: [(512, 5), (511, 5), (508, 5), (510, 0)])
  func neverBeyondTheContext(end: Int, maximumTokens: Int) throws {
    let prompt = tiny.tokenizer.encode("lamp")
    var emitted = 0
    let generator = Generator(model: tiny.model, tokenizer: tiny.tokenizer, stopTokens: [])
    let text = try generator.generate(
      prompt: prompt, memory: nil, firstPosition: end - prompt.count, maximumTokens: maximumTokens
    ) { _ in
      emitted += 1
      return true
    }
    #expect(text.isEmpty == (emitted == 0))
    #expect(emitted <= min(512 - end, maximumTokens))
    if min(512 - end, maximumTokens) == 0 { #expect(emitted == 0) }
  }

  @Test func refusals() {
    let generator = Generator(model: tiny.model, tokenizer: tiny.tokenizer, stopTokens: [])
    #expect(throws: GenerationError.emptyPrompt) {
      try generator.generate(prompt: [], memory: nil, firstPosition: 0, maximumTokens: 5)
    }
    #expect(throws: GenerationError.tooLong(positions: 513, limit: 512)) {
      try generator.generate(prompt: [1, 2, 3], memory: nil, firstPosition: 510, maximumTokens: 5)
    }
  }

  private func text(_ tokens: [Int32]) -> String { String(decoding: tiny.tokenizer.decode(tokens), as: UTF8.self) }

  /// The likeliest token behind the sequence, appended, again and again, without a cache.
  private func recomputed(_ start: Sequence, count: Int) -> [Int32] {
    let pass = ForwardPass(model: tiny.model)
    var tokens = start.tokens
    for _ in 0..<count {
      pass.run([
        Sequence(
          tokens: tokens, firstPosition: Int(start.positions[0]), memory: start.memory, isolatedCount: start.isolatedCount)
      ])
      pass.forEachLogits(rows: [tokens.count - 1]) { _, logits in
        let all = UnsafeBufferPointer(start: logits, count: pass.vocabularySize)
        tokens.append(Int32(all.firstIndex(of: all.max()!)!))
      }
    }
    return Array(tokens[start.tokens.count...])
  }
}
