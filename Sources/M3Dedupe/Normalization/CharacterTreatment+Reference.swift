extension CharacterTreatment {
  /// Our own normalization, of a character of a composed text (Normalization Form C).
  static func reference(_ scalar: Unicode.Scalar) -> CharacterTreatment {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark:
      return keepsMarks(scalar.value) ? CharacterTreatment(.mark, [scalar]) : .deleted
    case .format:
      // A zero width space stands between words; joiners, soft hyphens and marks of direction stand within them.
      return scalar == "\u{200B}" ? .separator : .deleted
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber, .privateUse, .unassigned, .surrogate:
      // The sigma that ends a word is a capital like any other.
      let lowered: [Unicode.Scalar] = scalar == "ς" ? ["σ"] : scalar.lowercase
      let rest = keepsMarks(scalar.value) ? lowered : lowered.flatMap(\.withoutMarks)
      if rest.isEmpty { return .deleted }
      return CharacterTreatment(rest[0].isOfUnspacedScript ? .unspaced : .letter, rest)
    default:
      return .separator
    }
  }

  /// Whether marks make other letters of a script's letters, and are no accents or points that many leave out: the
  /// scripts of South and Southeast Asia, kana, Hangul and all beyond the first plane. Accents of European scripts and
  /// points of Hebrew, Arabic and Syriac go.
  private static func keepsMarks(_ value: UInt32) -> Bool {
    switch value {
    case 0x0780..<0x07C0, 0x0900..<0x1AB0, 0x1B00..<0x1DC0, 0x3040..<0x3400, 0xA800..<0xAB30, 0xABC0..<0xD800,
      0x10000..<0x20000:
      true
    default: false
    }
  }
}
