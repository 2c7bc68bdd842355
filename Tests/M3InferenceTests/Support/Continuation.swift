import M3Inference
import M3Text
import M3Transformer

/// A prompt and what a model says behind it, computed in float32.
struct Continuation {
  let model: LlamaModel
  let tokenizer: Tokenizer
  var stopTokens: Set<Int32> = []

  /// The text; pieces of it go to `emit`.
  func text(
    prompt: [Int32], memory: MemoryContext? = nil, firstPosition: Int = 0, isolatedCount: Int = 0, maximumTokens: Int,
    emit: (String) -> Bool = { _ in true }
  ) throws -> String {
    let room = max(0, min(maximumTokens, model.configuration.contextLength - firstPosition - prompt.count))
    let context = try ReadingContext(
      model: model, tokenizer: tokenizer, memory: memory.map { .fixed($0) } ?? .none, firstPosition: firstPosition,
      capacity: prompt.count + room, decodingThreads: nil)
    let logits = try context.read(prompt, bosCount: isolatedCount, isolatedCount: isolatedCount)
    var sampler = Sampler()
    return try Generator(tokenizer: tokenizer, stopTokens: stopTokens).generate(
      context, after: logits, sampler: &sampler, maximumTokens: maximumTokens, emit: emit
    ).text
  }
}
