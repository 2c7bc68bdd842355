import M3Bytes
import M3Memory
import M3Records
import M3Text
import M3Transformer

/// A reference on its way to the encoder.
package struct TokenizedReference: Sendable {
  package let id: String
  package let documentID: String
  package let tokens: [Int32]

  package init(id: String, documentID: String, tokens: [Int32]) {
    self.id = id
    self.documentID = documentID
    self.tokens = tokens
  }
}

extension Tokenizer {
  /// - Parameter file: the file's name, for errors.
  /// - Throws: ``FormatError`` `mismatch` for a reference that was chunked with another tokenizer.
  func tokens(of reference: Reference, file: String) throws(FormatError) -> [Int32] {
    let tokens = encode(reference.text)
    guard tokens.count == reference.tokenCount else {
      throw FormatError(
        .mismatch(
          expected: "\(reference.tokenCount) tokens", found: "\(tokens.count): chunked with another tokenizer"),
        field: "token_count", file: file, record: reference.id)
    }
    return tokens
  }
}

/// Makes tokens of references, and refuses those that a model cannot encode or a bank cannot take.
struct ReferenceTokenizer: Sendable {
  let tokenizer: Tokenizer
  let model: LlamaConfiguration
  let bosTokenCount: Int
  let configuration: EncoderConfiguration

  /// - Parameter file: the file's name, for errors.
  /// - Throws: ``FormatError`` for a reference that was chunked with another tokenizer, or is too long in any part.
  func tokens(of reference: Reference, file: String) throws(FormatError) -> TokenizedReference {
    func refusal(_ problem: FormatError.Problem) -> FormatError {
      FormatError(problem, field: "token_count", file: file, record: reference.id)
    }
    try ReferenceLimits.check(reference)
    let tokens = try tokenizer.tokens(of: reference, file: file)
    guard tokens.count <= SparseMemory.maximumTokenCount else {
      throw refusal(.outOfRange(found: "\(tokens.count) tokens", allowed: "\(SparseMemory.maximumTokenCount)"))
    }
    let positions = ReferenceEncoder.positionCount(
      tokenCount: tokens.count, bosTokenCount: bosTokenCount, configuration: configuration)
    guard positions <= model.contextLength else {
      throw refusal(.outOfRange(found: "\(positions) positions", allowed: "\(model.contextLength)"))
    }
    return TokenizedReference(id: reference.id, documentID: reference.documentID, tokens: tokens)
  }
}
