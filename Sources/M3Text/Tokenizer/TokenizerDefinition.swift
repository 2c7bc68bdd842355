/// A tokenizer as a model file carries it: nothing in it has been checked.
///
/// ``Tokenizer/init(_:)`` is where it is checked. The names of the fields in errors are those of
/// GGUF's metadata.
public struct TokenizerDefinition: Sendable {
  /// `tokenizer.ggml.model`: `gpt2` is byte-level BPE, `llama` SentencePiece's BPE, `t5` its unigram model.
  public var model: String
  /// `tokenizer.ggml.pre`: the pre-tokenizer of byte-level BPE; the other models have none.
  public var preTokenizer: String
  /// `tokenizer.ggml.tokens`: the vocabulary's entries by id, as UTF-8, in the file's spelling: for
  /// byte-level BPE each byte of a text is one printable character, otherwise `▁` is a space.
  public var tokens: [[UInt8]]
  /// `tokenizer.ggml.merges`: "left right", the most important first; byte-level BPE alone has them.
  public var merges: [[UInt8]]
  /// `tokenizer.ggml.token_type` of each token: 1 normal, 2 unknown, 3 control, 4 user defined,
  /// 5 unused, 6 byte. Empty where the file has none; all tokens are normal then.
  public var types: [Int32]
  /// `tokenizer.ggml.scores` of each token, for the models of SentencePiece: the pair of the highest is
  /// merged first, or logarithms of probabilities.
  public var scores: [Float]
  public var beginningOfSequence: Int32?
  public var endOfSequence: Int32?
  /// `tokenizer.ggml.unknown_token_id`; nil for the token of type 2.
  public var unknown: Int32?
  /// `tokenizer.ggml.add_space_prefix`: whether a space stands before every text. Nil is true for
  /// `llama` and false for `t5`, as in llama.cpp.
  public var addsSpacePrefix: Bool?
  /// `tokenizer.ggml.remove_extra_whitespaces`: whether spaces at the ends of a text go and several
  /// in a row become one. Nil is false.
  public var removesExtraWhitespace: Bool?
  /// `tokenizer.ggml.precompiled_charsmap`: SentencePiece's rules to rewrite characters; empty for none.
  public var precompiledCharacterMap: [UInt8]

  public init(
    model: String, preTokenizer: String, tokens: [[UInt8]], merges: [[UInt8]] = [], types: [Int32] = [],
    scores: [Float] = [], beginningOfSequence: Int32? = nil, endOfSequence: Int32? = nil, unknown: Int32? = nil,
    addsSpacePrefix: Bool? = nil, removesExtraWhitespace: Bool? = nil, precompiledCharacterMap: [UInt8] = []
  ) {
    self.model = model
    self.preTokenizer = preTokenizer
    self.tokens = tokens
    self.merges = merges
    self.types = types
    self.scores = scores
    self.beginningOfSequence = beginningOfSequence
    self.endOfSequence = endOfSequence
    self.unknown = unknown
    self.addsSpacePrefix = addsSpacePrefix
    self.removesExtraWhitespace = removesExtraWhitespace
    self.precompiledCharacterMap = precompiledCharacterMap
  }
}
