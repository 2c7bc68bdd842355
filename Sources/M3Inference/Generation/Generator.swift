public import M3Text
import M3Transformer

/// Continues a context token by token.
public struct Generator: Sendable {
  public let tokenizer: Tokenizer
  /// Tokens that end the generation.
  public let stopTokens: Set<Int32>

  public init(tokenizer: Tokenizer, stopTokens: Set<Int32>) {
    self.tokenizer = tokenizer
    self.stopTokens = stopTokens
  }

  /// What was generated.
  public struct Output: Sendable, Equatable {
    /// Bytes that are not UTF-8 become U+FFFD.
    public var text: String
    /// Without the stop token.
    public var tokens: [Int32]
    /// The token that ended it; nil where the limit, the room, or the caller did.
    public var stopToken: Int32?
  }

  /// Generates up to `maximumTokens` tokens, fewer where the context has no room for them.
  ///
  /// All generated tokens are in the context afterwards, but for the stop token, and for the last one where no stop token
  /// ended the generation: nothing has asked for what follows it.
  ///
  /// - Parameters:
  ///   - logits: what the context's last reading gave.
  ///   - sampler: draws the tokens.
  ///   - emit: gets each piece of text as soon as its characters are whole; returns whether to go on.
  /// - Throws: what retrieval throws.
  @discardableResult
  public func generate(
    _ context: ReadingContext, after logits: UnsafeBufferPointer<Float>, sampler: inout Sampler, maximumTokens: Int,
    emit: (String) -> Bool = { _ in true }
  ) throws -> Output {
    var logits = logits
    var stream = TextStream()
    var output = Output(text: "", tokens: [])
    // The last token needs no room: nothing is computed from it.
    let limit = min(maximumTokens, context.room + 1)
    while output.tokens.count < limit {
      let token = sampler.draw(logits)
      if stopTokens.contains(token) {
        output.stopToken = token
        break
      }
      output.tokens.append(token)
      let piece = stream.append(tokenizer.decode([token]))
      output.text += piece
      if !piece.isEmpty && !emit(piece) { return output }
      if output.tokens.count < limit { logits = try context.append(token) }
    }
    let rest = stream.finish()
    output.text += rest
    if !rest.isEmpty { _ = emit(rest) }
    return output
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
