import M3Command
import M3Inference
import M3Text
import M3Transformer

extension BankReading {
  /// A prompt behind texts of references, as retrieval-augmented generation has it: a BOS, the texts with blank lines
  /// between them and behind them, the prompt.
  public func prompt(_ tokens: [Int32], behind texts: [String]) -> [Int32] {
    contextBOS + texts.flatMap { loaded.tokenizer.encode($0) + loaded.tokenizer.encode("\n\n") } + tokens
  }

  /// Tokens that a context must hold for a prompt and what is generated, as far as the model's positions reach.
  /// - Throws: ``GenerationError`` where the prompt alone is beyond them.
  public func capacity(_ promptCount: Int, _ options: GenerationOptions, firstPosition: Int) throws -> Int {
    let limit = loaded.model.configuration.contextLength
    guard firstPosition + promptCount <= limit else {
      throw GenerationError.tooLong(positions: firstPosition + promptCount, limit: limit)
    }
    return min(promptCount + options.maxTokens, limit - firstPosition)
  }
}
