/// The metadata keys of a tokenizer in GGUF, as errors name them.
enum TokenizerField {
  static let model = "tokenizer.ggml.model"
  static let preTokenizer = "tokenizer.ggml.pre"
  static let tokens = "tokenizer.ggml.tokens"
  static let merges = "tokenizer.ggml.merges"
  static let types = "tokenizer.ggml.token_type"
  static let scores = "tokenizer.ggml.scores"
  static let characterMap = "tokenizer.ggml.precompiled_charsmap"
  static let addsSpacePrefix = "tokenizer.ggml.add_space_prefix"
  static let removesExtraWhitespace = "tokenizer.ggml.remove_extra_whitespaces"
  static let unknown = "tokenizer.ggml.unknown_token_id"
  static let beginningOfSequence = "tokenizer.ggml.bos_token_id"
  static let endOfSequence = "tokenizer.ggml.eos_token_id"

  /// An entry for a message, at most 64 bytes of it.
  static func quoted(_ spelling: [UInt8]) -> String {
    let text = String(decoding: spelling.prefix(64), as: UTF8.self)
    return spelling.count > 64 ? "\"\(text)…\"" : "\"\(text)\""
  }
}
