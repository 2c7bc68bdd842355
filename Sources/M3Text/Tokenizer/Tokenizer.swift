public import M3Bytes

/// Text to token ids and back, by the vocabulary of a model.
///
/// Byte-level byte pair encoding with the pre-tokenizers `smollm` and `gpt-2`. A tokenizer does not
/// change once it is made; threads share one.
///
/// Bytes for which the vocabulary has no token are left out, as the `tokenizers` package does. Only
/// bytes of control characters and of unassigned planes may be absent: see ``init(_:)``.
public final class Tokenizer: Sendable {
  let preTokenizer: PreTokenizerKind
  let vocabulary: BytePairVocabulary
  let words: WordTable
  /// Ids of control tokens, the longest spelling first.
  let controlTokens: [Int32]

  public let beginningOfSequence: Int32?
  public let endOfSequence: Int32?
  /// XXH3-64 over everything that decides ids: the model, the pre-tokenizer, the vocabulary and its
  /// kinds, the merges in their order. Tokenizers with the same fingerprint give the same ids.
  public let fingerprint: UInt64
  /// The longest ordinary token, in bytes: T tokens hold at most T times as many.
  package let maximumTokenByteCount: Int

  /// Checks a definition and builds the tables.
  ///
  /// - Throws: `FormatError` with the metadata key and the index of the entry: an unknown model or
  ///   pre-tokenizer, an empty or duplicate token, a wrong count of types, a type that byte-level BPE
  ///   does not have, a merge that is malformed, stands twice, or names a token that the vocabulary
  ///   does not have or that is not ordinary, the lack of a byte that text cannot do without, a BOS
  ///   or EOS id outside of the vocabulary.
  public init(_ definition: TokenizerDefinition) throws(FormatError) {
    guard definition.model == "gpt2" else {
      throw FormatError(.unsupported(found: "tokenizer model \"\(definition.model)\""), field: TokenizerField.model)
    }
    guard let kind = PreTokenizerKind(rawValue: definition.preTokenizer) else {
      throw FormatError(
        .unsupported(found: "pre-tokenizer \"\(definition.preTokenizer)\""), field: TokenizerField.preTokenizer)
    }
    preTokenizer = kind
    let vocabulary = try BytePairVocabulary(definition)
    self.vocabulary = vocabulary
    words = Self.wordTable(of: vocabulary)
    controlTokens = vocabulary.kinds.indices.filter { vocabulary.kinds[$0] == .control }
      .sorted { vocabulary.bytes[$0].count > vocabulary.bytes[$1].count }
      .map { Int32($0) }
    maximumTokenByteCount = vocabulary.bytes.indices
      .reduce(1) { vocabulary.kinds[$1] == .ordinary ? max($0, vocabulary.bytes[$1].count) : $0 }
    fingerprint = Self.fingerprint(of: definition, kinds: vocabulary.kinds)
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

  /// The tokens that are what their own bytes encode to. A token can fail to be: when merges of
  /// lower rank lead elsewhere.
  private static func wordTable(of vocabulary: BytePairVocabulary) -> WordTable {
    var words = WordTable(count: vocabulary.bytes.count)
    var ids: [Int32] = []
    for (id, bytes) in vocabulary.bytes.enumerated()
    where vocabulary.kinds[id] == .ordinary && bytes.count <= WordTable.maximumByteCount {
      ids.removeAll(keepingCapacity: true)
      bytes.withUnsafeBufferPointer { utf8 in
        vocabulary.encoder.append(utf8, 0, utf8.count, to: &ids)
        if ids == [Int32(id)] { words.insert(WordTable.Key(utf8, 0, utf8.count), id: Int32(id)) }
      }
    }
    return words
  }

  private static func fingerprint(of definition: TokenizerDefinition, kinds: [TokenKind]) -> UInt64 {
    var writer = ByteWriter(capacity: 16 * (definition.tokens.count + definition.merges.count))
    func append(_ bytes: some Collection<UInt8>) {
      writer.integer(UInt32(bytes.count))
      writer.append(bytes)
    }
    append(definition.model.utf8)
    append(definition.preTokenizer.utf8)
    writer.integer(UInt32(definition.tokens.count))
    for (token, kind) in zip(definition.tokens, kinds) {
      append(token)
      writer.integer(kind.rawValue)
    }
    writer.integer(UInt32(definition.merges.count))
    for merge in definition.merges { append(merge) }
    return XXH3.hash64(writer.bytes)
  }
}
