/// A tokenizer as a model file carries it: nothing in it has been checked.
///
/// ``Tokenizer/init(_:)`` is where it is checked. The names of the fields in errors are those of
/// GGUF's metadata.
public struct TokenizerDefinition: Sendable {
  /// `tokenizer.ggml.model`: `gpt2` is byte-level BPE.
  public var model: String
  /// `tokenizer.ggml.pre`: `smollm`, `gpt-2`.
  public var preTokenizer: String
  /// `tokenizer.ggml.tokens`: the vocabulary's entries by id, as UTF-8, in the file's spelling, in
  /// which each byte of a text is one printable character.
  public var tokens: [[UInt8]]
  /// `tokenizer.ggml.merges`: "left right", the most important first.
  public var merges: [[UInt8]]
  /// `tokenizer.ggml.token_type` of each token: 1 normal, 2 unknown, 3 control, 4 user defined,
  /// 5 unused, 6 byte. Empty where the file has none; all tokens are normal then.
  public var types: [Int32]
  public var beginningOfSequence: Int32?
  public var endOfSequence: Int32?

  public init(
    model: String, preTokenizer: String, tokens: [[UInt8]], merges: [[UInt8]], types: [Int32] = [],
    beginningOfSequence: Int32? = nil, endOfSequence: Int32? = nil
  ) {
    self.model = model
    self.preTokenizer = preTokenizer
    self.tokens = tokens
    self.merges = merges
    self.types = types
    self.beginningOfSequence = beginningOfSequence
    self.endOfSequence = endOfSequence
  }
}
