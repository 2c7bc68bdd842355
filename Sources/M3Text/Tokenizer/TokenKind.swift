internal import M3Bytes

/// What a vocabulary entry is for.
enum TokenKind: UInt8, Sendable {
  /// Made from text by merging.
  case ordinary
  /// Has a meaning for the model, and is never made from ordinary text.
  case control
  /// Neither: places that are left free, and the unknown token where no text can be unknown.
  case unused
  /// Made from characters that are in no other token.
  case unknown
  /// Taken where it stands in a text, before all merging.
  case userDefined
  /// One byte of a character that is in no other token.
  case byte

  /// Whether text can become the entry by its spelling; `unused` ones are checked for it.
  var isPiece: Bool { self == .ordinary || self == .userDefined || self == .unused }

  /// The kinds by id of a byte-level vocabulary.
  /// - Throws: ``FormatError`` if the count is not the vocabulary's, or for a type that byte-level
  ///   BPE does not have: byte tokens, and user-defined ones, which are cut out of ordinary text
  ///   before pre-tokenization.
  static func byteLevelKinds(of definition: TokenizerDefinition) throws(FormatError) -> [TokenKind] {
    try kinds(of: definition) { type, field throws(FormatError) in
      switch type {
      case 1: return .ordinary
      case 3: return .control
      case 2, 5: return .unused
      case 4: throw FormatError(.unsupported(found: "a user-defined token (type 4)"), field: field)
      case 6: throw FormatError(.unsupported(found: "a byte token (type 6)"), field: field)
      default: throw FormatError(.outOfRange(found: "\(type)", allowed: "1 to 6"), field: field)
      }
    }
  }

  /// The kinds by id of a SentencePiece vocabulary, which has all of them.
  /// - Throws: ``FormatError`` if the count is not the vocabulary's.
  static func sentencePieceKinds(of definition: TokenizerDefinition) throws(FormatError) -> [TokenKind] {
    try kinds(of: definition) { type, field throws(FormatError) in
      switch type {
      case 1: return .ordinary
      case 2: return .unknown
      case 3: return .control
      case 4: return .userDefined
      case 5: return .unused
      case 6: return .byte
      default: throw FormatError(.outOfRange(found: "\(type)", allowed: "1 to 6"), field: field)
      }
    }
  }

  private static func kinds(
    of definition: TokenizerDefinition, _ kind: (Int32, String) throws(FormatError) -> TokenKind
  ) throws(FormatError) -> [TokenKind] {
    guard !definition.types.isEmpty else {
      return [TokenKind](repeating: .ordinary, count: definition.tokens.count)
    }
    guard definition.types.count == definition.tokens.count else {
      throw FormatError(
        .mismatch(expected: "\(definition.tokens.count) types", found: "\(definition.types.count)"),
        field: TokenizerField.types)
    }
    var kinds: [TokenKind] = []
    kinds.reserveCapacity(definition.types.count)
    for (index, type) in definition.types.enumerated() {
      kinds.append(try kind(type, "\(TokenizerField.types)[\(index)]"))
    }
    return kinds
  }
}
