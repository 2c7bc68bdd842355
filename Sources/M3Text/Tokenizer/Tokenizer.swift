public import M3Bytes

/// Text to token ids and back, by the vocabulary of a model.
///
/// Byte-level byte pair encoding with the pre-tokenizers `smollm`, `gpt-2`, `llama-bpe` and `qwen2`, and
/// the two models of SentencePiece: byte pair encoding by scores and the unigram model. A tokenizer does not
/// change once it is made; threads share one.
///
/// Bytes for which a byte-level vocabulary has no token are left out, as the `tokenizers` package does. Only
/// bytes of control characters and of unassigned planes may be absent: see ``init(_:)``. Characters
/// that are in no piece of a SentencePiece vocabulary become byte tokens, or the unknown token.
public final class Tokenizer: Sendable {
  let vocabulary: Vocabulary
  let model: TokenizerModel
  /// Ids of control tokens, the longest spelling first.
  let controlTokens: [Int32]

  public let beginningOfSequence: Int32?
  public let endOfSequence: Int32?
  /// XXH3-64 over everything that decides ids: the model, the vocabulary and its kinds, and either the
  /// pre-tokenizer and the merges in their order, or the scores, the rules that rewrite characters and what
  /// is done with spaces. Tokenizers with the same fingerprint give the same ids.
  public let fingerprint: UInt64
  /// The longest token of a text, in bytes: T tokens hold at most T times as many, white space that is
  /// removed and runs of unknown characters aside.
  package let maximumTokenByteCount: Int

  /// Checks a definition and builds the tables.
  ///
  /// - Throws: `FormatError` with the metadata key and the index of the entry: an unknown model or
  ///   pre-tokenizer, an empty or duplicate token, a wrong count of types, a BOS or EOS id outside of the
  ///   vocabulary. For byte-level BPE: a type that it does not have, a merge that is malformed, stands
  ///   twice, or names a token that the vocabulary does not have or that is not ordinary, the lack of a byte
  ///   that text cannot do without. For SentencePiece: a wrong count of scores, one that is not finite, a
  ///   malformed byte token or less than all 256 if there is any, no unknown token where there is none, a
  ///   token out of use that text can become, malformed rules to rewrite characters.
  public init(_ definition: TokenizerDefinition) throws(FormatError) {
    switch definition.model {
    case "gpt2":
      vocabulary = try ByteLevelModel.vocabulary(of: definition)
      let byteLevel = try ByteLevelModel(definition, vocabulary)
      model = .byteLevel(byteLevel)
      fingerprint = Self.byteLevelFingerprint(of: definition, vocabulary)
      maximumTokenByteCount = vocabulary.maximumByteCount(of: .ordinary) * byteLevel.maximumContraction
    case "llama", "t5":
      let checked = try SentencePieceDefinition(definition)
      vocabulary = checked.vocabulary
      model =
        definition.model == "llama"
        ? .scoredPairs(try SentencePieceModel(scoredPairs: checked))
        : .unigram(try SentencePieceModel(unigram: checked))
      fingerprint = Self.sentencePieceFingerprint(of: checked)
      maximumTokenByteCount = checked.maximumTokenByteCount
    default:
      throw FormatError(.unsupported(found: "tokenizer model \"\(definition.model)\""), field: TokenizerField.model)
    }
    let vocabulary = vocabulary
    controlTokens = vocabulary.kinds.indices.filter { vocabulary.kinds[$0] == .control }
      .sorted { vocabulary.bytes[$0].count > vocabulary.bytes[$1].count }
      .map { Int32($0) }
    for (id, field) in [
      (definition.beginningOfSequence, TokenizerField.beginningOfSequence),
      (definition.endOfSequence, TokenizerField.endOfSequence),
    ] {
      guard let id, !vocabulary.kinds.indices.contains(Int(id)) else { continue }
      throw FormatError(
        .outOfRange(found: "\(id)", allowed: "less than \(vocabulary.kinds.count)"), field: field)
    }
    beginningOfSequence = definition.beginningOfSequence
    endOfSequence = definition.endOfSequence
  }

  public var vocabularyCount: Int { vocabulary.kinds.count }

  /// The id of an entry in the vocabulary's own spelling (`<|endoftext|>`, `Ġthe`).
  public func token(spelled spelling: String) -> Int32? {
    vocabulary.ids[Array(spelling.utf8)]
  }

  /// Whether an id is a control token's; false outside of the vocabulary.
  public func isControl(_ id: Int32) -> Bool {
    vocabulary.kinds.indices.contains(Int(id)) && vocabulary.kinds[Int(id)] == .control
  }
}
