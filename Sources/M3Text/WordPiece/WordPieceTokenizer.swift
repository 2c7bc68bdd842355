public import M3Bytes

/// A BERT-style WordPiece tokenizer, as the `tokenizer.json` of the `tokenizers` package describes it: the same ids
/// as version 0.23 of that package gives.
///
/// A text is searched for added tokens (`[SEP]` spelled out is one); the rest is cleaned, decomposed, stripped of
/// accents and lowercased as the file says, cut at white space and around punctuation and Chinese characters, and
/// each word becomes the longest pieces that follow one another, or the unknown piece.
///
/// A value does not change once it is made; threads share one.
public struct WordPieceTokenizer: Sendable {
  let vocabulary: WordPieceVocabulary
  let characters: BertCharacters
  let asciiKinds: AsciiKinds
  let lowercases: Bool
  let addedTokens: AddedTokens
  let prefix: [Int32]
  let suffix: [Int32]

  /// One more than the largest id: the vocabulary's entries, and the added tokens that are not among them.
  public let vocabularyCount: Int
  /// The length at which the file itself has texts cut, if any, ``specialTokenCount`` included.
  public let maximumTokens: Int?
  /// XXH3-64 over everything that decides ids. Tokenizers with the same fingerprint give the same ids.
  public let fingerprint: UInt64

  /// A larger file is no `tokenizer.json`.
  private static let maximumFileByteCount = 1 << 28

  /// Reads a `tokenizer.json`.
  /// - Throws: `FileError`; `FormatError` with the file's name, as ``init(bytes:)``.
  public init(path: String) throws {
    do {
      try self.init(bytes: ReadableFile.contents(of: path, limit: Self.maximumFileByteCount))
    } catch let error as FormatError {
      throw error.inFile(path)
    }
  }

  /// Reads the content of a `tokenizer.json`.
  ///
  /// - Throws: `FormatError` with the field: JSON that is malformed, a field that is missing, unknown or of another
  ///   type; ids that are not 0 to n − 1, each once; an unknown piece or a special token that the vocabulary does
  ///   not have; and, as `unsupported`, what would give other ids than are computed here: a model, normalizer,
  ///   pre-tokenizer or post-processor of another type, added tokens that are found after normalization or as whole
  ///   words only or that begin or end with white space, truncation at the left.
  public init(bytes: [UInt8]) throws(FormatError) {
    let definition = try WordPieceDefinition(bytes: bytes)
    vocabulary = try WordPieceVocabulary(
      pieces: definition.pieces, prefix: definition.continuingPrefix, unknown: definition.unknown,
      maximumCharacterCount: definition.maximumCharacterCount)
    characters = BertCharacters.table(of: definition.normalization)
    asciiKinds = AsciiKinds(characters)
    lowercases = definition.normalization.lowercases
    addedTokens = AddedTokens(definition.addedTokens)
    prefix = definition.template.prefix
    suffix = definition.template.suffix
    vocabularyCount = definition.tokenCount
    maximumTokens = definition.maximumTokens
    fingerprint = definition.fingerprint
  }

  /// How many ids every text has around its own, `[CLS]` and `[SEP]` for BERT.
  public var specialTokenCount: Int { prefix.count + suffix.count }
}
