import M3Text

extension Unicode.Scalar {
  /// The full lower case mapping, whatever stands around the character.
  var lowercase: [Unicode.Scalar] {
    properties.changesWhenLowercased ? Array(properties.lowercaseMapping.unicodeScalars) : [self]
  }

  /// Canonically decomposed, without nonspacing marks.
  var withoutMarks: [Unicode.Scalar] {
    if isASCII { return [self] }
    if properties.generalCategory == .nonspacingMark { return [] }
    let entry = Self.markless[value]
    switch entry.kind {
    case .skipped: return []
    case .expanded: return Self.markless.expansion(entry.payload).compactMap { Unicode.Scalar($0.value) }
    case .letter, .space, .punctuation, .ideograph:
      return entry.payload == 0 ? [self] : [Unicode.Scalar(entry.payload) ?? self]
    }
  }

  /// The table that strips accents for BERT's tokenizer, by decompositions of Unicode 9.0.
  private static let markless = BertCharacters(
    BertNormalization(cleansText: false, isolatesIdeographs: false, stripsAccents: true, lowercases: true))

  var isASCIIPunctuation: Bool {
    switch self {
    case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
    default: false
    }
  }

  /// Whether a letter's script writes words without spaces between them: Han, kana, Thai, Lao, Khmer, Myanmar.
  ///
  /// Their digits are not among them: figures are written in one piece.
  var isOfUnspacedScript: Bool {
    switch value {
    case 0x0E00..<0x0F00, 0x1000..<0x10A0, 0x1780..<0x1800, 0x2E80..<0x2FE0, 0x3005, 0x3007, 0x3021..<0x302A,
      0x3038..<0x303D, 0x3040..<0x3100, 0x31F0..<0x3200, 0x3400..<0x4DC0, 0x4E00..<0xA000, 0xA9E0..<0xAA00,
      0xAA60..<0xAA80, 0xF900..<0xFB00, 0xFF66..<0xFFA0, 0x1B000..<0x1B170, 0x20000..<0x32000:
      properties.generalCategory != .decimalNumber
    default: false
    }
  }
}

extension Unicode.Scalar.Properties {
  /// General categories M*.
  var isMark: Bool {
    switch generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}
