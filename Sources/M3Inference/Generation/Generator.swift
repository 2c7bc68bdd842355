import M3Memory
public import M3Text
public import M3Transformer

/// Continues a prompt token by token, greedily, with or without memories.
public struct Generator: Sendable {
  public let model: LlamaModel
  public let tokenizer: Tokenizer
  /// Tokens that end the generation.
  public let stopTokens: Set<Int32>

  public init(model: LlamaModel, tokenizer: Tokenizer, stopTokens: Set<Int32>) {
    self.model = model
    self.tokenizer = tokenizer
    self.stopTokens = stopTokens
  }

  /// Generates up to `maximumTokens` tokens.
  ///
  /// - Parameters:
  ///   - prompt: tokens, BOS included where the context has one.
  ///   - memories: what the prompt reads, or nil for none: then positions begin at 0.
  ///   - emit: gets each piece of text as soon as its bytes are whole UTF-8; returns whether to go on.
  /// - Throws: ``GenerationError`` where the prompt does not fit the model's context, or is empty.
  @discardableResult
  public func generate(
    prompt: [Int32], memory: AttentionMemory?, firstPosition: Int, isolatedCount: Int = 0, maximumTokens: Int,
    emit: (String) -> Bool = { _ in true }
  ) throws -> String {
    guard !prompt.isEmpty else { throw GenerationError.emptyPrompt }
    let limit = model.configuration.contextLength
    guard firstPosition + prompt.count <= limit else {
      throw GenerationError.tooLong(positions: firstPosition + prompt.count, limit: limit)
    }
    let room = min(maximumTokens, limit - firstPosition - prompt.count)
    let cache = try KeyValueCache(configuration: model.configuration, capacity: prompt.count + room)
    let pass = ForwardPass(model: model)
    var text = ""
    var pending: [UInt8] = []
    var input = prompt
    var position = firstPosition
    for index in 0..<room {
      pass.run([
        Sequence(
          tokens: input, firstPosition: position, memory: memory, cache: cache, isolatedCount: index == 0 ? isolatedCount : 0)
      ])
      position += input.count
      let token = pass.likeliestToken(row: input.count - 1)
      if stopTokens.contains(token) { break }
      pending += tokenizer.decode([token])
      // A token may end inside a code point: what follows completes it.
      if let piece = String(validating: pending, as: UTF8.self) {
        pending = []
        text += piece
        if !emit(piece) { break }
      }
      input = [token]
    }
    let rest = String(decoding: pending, as: UTF8.self)
    if !rest.isEmpty { _ = emit(rest) }
    return text + rest
  }
}

extension ForwardPass {
  /// The token of the largest logit; the smallest id where several are equal.
  func likeliestToken(row: Int) -> Int32 {
    var best: Int32 = 0
    forEachLogits(rows: [row]) { _, logits in
      for id in 1..<vocabularySize where logits[id] > logits[Int(best)] { best = Int32(id) }
    }
    return best
  }
}

/// Why a prompt cannot be continued.
public enum GenerationError: Error, Sendable, Equatable, CustomStringConvertible {
  case emptyPrompt
  case tooLong(positions: Int, limit: Int)

  public var description: String {
    switch self {
    case .emptyPrompt: "the prompt is empty"
    case .tooLong(let positions, let limit): "the prompt ends at position \(positions), but the model's context holds \(limit)"
    }
  }
}
