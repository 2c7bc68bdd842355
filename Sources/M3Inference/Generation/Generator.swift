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
  ///   - memory: what the prompt reads, or nil for none.
  ///   - firstPosition: where the prompt's first token stands: 0 without a memory.
  ///   - isolatedCount: tokens at the prompt's start that do not see the memory.
  ///   - emit: gets each piece of text as soon as its characters are whole; returns whether to go on.
  /// - Returns: the text; bytes that are not UTF-8 become U+FFFD.
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
    let room = max(0, min(maximumTokens, limit - firstPosition - prompt.count))
    let cache = try KeyValueCache(configuration: model.configuration, capacity: prompt.count + room)
    let pass = ForwardPass(model: model)
    var text = ""
    var pending: [UInt8] = []
    var input = prompt
    var position = firstPosition
    for index in 0..<room {
      pass.run([
        Sequence(
          tokens: input, firstPosition: position, memory: memory, cache: cache,
          isolatedCount: index == 0 ? isolatedCount : 0)
      ])
      position += input.count
      let token = pass.likeliestToken(row: input.count - 1)
      if stopTokens.contains(token) { break }
      pending += tokenizer.decode([token])
      let whole = pending.count - Self.unfinishedCount(pending)
      if whole > 0 {
        let piece = String(decoding: pending[..<whole], as: UTF8.self)
        pending.removeFirst(whole)
        text += piece
        if !emit(piece) { return text }
      }
      input = [token]
    }
    let rest = String(decoding: pending, as: UTF8.self)
    if !rest.isEmpty { _ = emit(rest) }
    return text + rest
  }

  /// Bytes at the end that begin a code point: a token may end inside of one, and what follows completes it.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for (index, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > index + 1 ? index + 1 : 0
    }
    return 0
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
    case .tooLong(let positions, let limit):
      "the prompt ends at position \(positions), but the model's context holds \(limit)"
    }
  }
}
