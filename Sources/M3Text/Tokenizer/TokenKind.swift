internal import M3Bytes

/// What a vocabulary entry is for.
enum TokenKind: UInt8, Sendable {
  /// Made from text by merging.
  case ordinary
  /// Has a meaning for the model, and is never made from ordinary text.
  case control
  /// Neither: the unknown token and places that are left free.
  case unused

  /// The kinds by id.
  /// - Throws: ``FormatError`` if the count is not the vocabulary's, or for a type that byte-level
  ///   BPE does not have: byte tokens, and user-defined ones, which are cut out of ordinary text
  ///   before pre-tokenization.
  static func kinds(of definition: TokenizerDefinition) throws(FormatError) -> [TokenKind] {
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
      switch type {
      case 1: kinds.append(.ordinary)
      case 3: kinds.append(.control)
      case 2, 5: kinds.append(.unused)
      default:
        let field = "\(TokenizerField.types)[\(index)]"
        switch type {
        case 4: throw FormatError(.unsupported(found: "a user-defined token (type 4)"), field: field)
        case 6: throw FormatError(.unsupported(found: "a byte token (type 6)"), field: field)
        default: throw FormatError(.outOfRange(found: "\(type)", allowed: "1 to 6"), field: field)
        }
      }
    }
    return kinds
  }
}
