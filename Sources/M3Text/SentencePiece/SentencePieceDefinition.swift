internal import M3Bytes

/// What a definition of a SentencePiece tokenizer must hold, whichever its model.
struct SentencePieceDefinition {
  let definition: TokenizerDefinition
  let vocabulary: Vocabulary
  let unknownCharacters: UnknownCharacters
  /// Rules that rewrite characters; nil for none.
  let rules: CharacterMap?

  var addsSpacePrefix: Bool { definition.addsSpacePrefix ?? (definition.model == "llama") }
  var removesExtraWhitespace: Bool { definition.removesExtraWhitespace ?? false }

  /// A text may spell a space as `▁`, too, which is longer, and rules make less of it.
  var maximumTokenByteCount: Int {
    let longest = definition.tokens.indices.reduce(1) {
      vocabulary.kinds[$1].isPiece ? max($0, definition.tokens[$1].count) : $0
    }
    return longest * max(rules?.longestRuleByteCount ?? 1, 1)
  }

  private static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]
  /// What the reference's decoder writes for the unknown token: ` ⁇ `.
  private static let unknownText = Array(" \u{2047} ".utf8)

  /// - Throws: ``FormatError``, with the name and the index of the entry in `field`.
  init(_ definition: TokenizerDefinition) throws(FormatError) {
    self.definition = definition
    let kinds = try TokenKind.sentencePieceKinds(of: definition)
    vocabulary = try Vocabulary(definition, kinds: kinds) { id throws(FormatError) in
      try Self.bytes(of: definition.tokens[id], kinds[id], field: "\(TokenizerField.tokens)[\(id)]")
    }
    try Self.checkScores(definition)
    let byteTokens = try Self.byteTokens(vocabulary)
    rules =
      definition.precompiledCharacterMap.isEmpty ? nil : try CharacterMap(definition.precompiledCharacterMap)
    unknownCharacters = UnknownCharacters(
      byteTokens: byteTokens, unknown: try Self.unknown(definition, kinds, isNeeded: byteTokens.isEmpty))
  }

  private static func bytes(of token: [UInt8], _ kind: TokenKind, field: String) throws(FormatError) -> [UInt8] {
    switch kind {
    case .control: return token
    case .unknown: return unknownText
    case .byte:
      guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">"),
        let high = digit(token[3]), let low = digit(token[4])
      else {
        throw FormatError(
          .malformed("\(TokenizerField.quoted(token)) is no byte token: <0x00> to <0xFF>"), field: field)
      }
      return [high << 4 | low]
    case .ordinary, .userDefined, .unused:
      var bytes: [UInt8] = []
      var index = 0
      while index < token.count {
        let isSpace = token[index...].starts(with: escapedSpace)
        bytes.append(isSpace ? UInt8(ascii: " ") : token[index])
        index += isSpace ? escapedSpace.count : 1
      }
      return bytes
    }
  }

  /// The value of a hexadecimal digit in upper case.
  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func checkScores(_ definition: TokenizerDefinition) throws(FormatError) {
    guard definition.scores.count == definition.tokens.count else {
      throw FormatError(
        definition.scores.isEmpty && !definition.tokens.isEmpty
          ? .missing("a score for each token")
          : .mismatch(expected: "\(definition.tokens.count) scores", found: "\(definition.scores.count)"),
        field: TokenizerField.scores)
    }
    if let index = definition.scores.firstIndex(where: { !$0.isFinite }) {
      throw FormatError(
        .outOfRange(found: "\(definition.scores[index])", allowed: "finite numbers"),
        field: "\(TokenizerField.scores)[\(index)]")
    }
  }

  /// The token of each byte; empty if the vocabulary has no byte tokens at all.
  private static func byteTokens(_ vocabulary: Vocabulary) throws(FormatError) -> [Int32] {
    guard vocabulary.kinds.contains(.byte) else { return [] }
    var tokens = [Int32](repeating: -1, count: 256)
    for (id, kind) in vocabulary.kinds.enumerated() where kind == .byte {
      tokens[Int(vocabulary.bytes[id][0])] = Int32(id)
    }
    if let byte = tokens.firstIndex(of: -1) {
      throw FormatError(
        .missing("a token for byte 0x\(Hexadecimal.string(UInt8(byte)))"), field: TokenizerField.tokens)
    }
    return tokens
  }

  /// The unknown token: the one of that type, or the one that the file names.
  private static func unknown(
    _ definition: TokenizerDefinition, _ kinds: [TokenKind], isNeeded: Bool
  ) throws(FormatError) -> Int32 {
    let typed = kinds.firstIndex(of: .unknown).map { Int32($0) }
    if let typed, let second = kinds[(Int(typed) + 1)...].firstIndex(of: .unknown) {
      throw FormatError(.duplicate("the unknown token \(typed)"), field: "\(TokenizerField.types)[\(second)]")
    }
    if let named = definition.unknown {
      guard kinds.indices.contains(Int(named)) else {
        throw FormatError(
          .outOfRange(found: "\(named)", allowed: "less than \(kinds.count)"), field: TokenizerField.unknown)
      }
      guard typed == nil || typed == named else {
        throw FormatError(
          .mismatch(expected: "the token of type 2, \(typed ?? -1)", found: "\(named)"), field: TokenizerField.unknown)
      }
      return named
    }
    guard typed != nil || !isNeeded else {
      throw FormatError(.missing("a token for unknown characters (type 2)"), field: TokenizerField.types)
    }
    return typed ?? -1
  }
}
