import M3Text

/// Classes of characters that decide about breaks.
enum Punctuation {
  /// Ends a sentence whatever follows, a space or not: full-width marks, danda, Arabic, Armenian,
  /// Ethiopic, Burmese, Khmer, Tibetan.
  static func endsSentenceAlways(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61, 0x203C, 0x2047...0x2049: true
    case 0x0964, 0x0965, 0x061F, 0x06D4, 0x0589, 0x1362, 0x1367, 0x1368, 0x104A, 0x104B, 0x17D4, 0x17D5, 0x0F0D: true
    default: false
    }
  }

  /// Ends a sentence before white space, unless what follows goes on in lower case.
  static func endsSentenceBeforeSpace(_ scalar: UInt32) -> Bool {
    isExclamation(scalar) || scalar == 0x2E || scalar == 0x2026
  }

  /// `!` or `?`, which end a sentence before a Chinese character too.
  static func isExclamation(_ scalar: UInt32) -> Bool {
    scalar == 0x21 || scalar == 0x3F
  }

  /// Ends a clause before white space, or before a Chinese character.
  static func endsClauseBeforeSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x2C, 0x3B, 0x3A, 0x2013, 0x2014, 0x2026, 0x0387: true
    default: endsClauseAlways(scalar)
    }
  }

  /// Ends a clause whatever follows: full-width, Arabic and Ethiopic commas and the like.
  static func endsClauseAlways(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3001, 0xFF0C, 0xFF1A, 0xFF1B, 0xFF64, 0x060C, 0x061B, 0x1363...0x1366: true
    default: false
    }
  }

  /// Belongs to what is before it: quotation marks and brackets that close.
  static func closes(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x22, 0x27, 0x29, 0x5D, 0x7D, 0x2019, 0x201D, 0x00BB: return true
    case ..<0x80: return false
    default:
      let category = Unicode.Scalar(scalar)?.properties.generalCategory
      return category == .closePunctuation || category == .finalPunctuation
    }
  }

  /// Belongs to what is behind it: quotation marks and brackets that open.
  static func opens(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x22, 0x27, 0x28, 0x5B, 0x7B, 0xBF, 0xA1: return true
    case ..<0x80: return false
    default:
      let category = Unicode.Scalar(scalar)?.properties.generalCategory
      return category == .openPunctuation || category == .initialPunctuation
    }
  }

  /// Chinese characters and kana, which have a word's boundary on each side.
  static func isIdeographic(_ scalar: UInt32) -> Bool {
    switch scalar {
    case ..<0x3005: false
    case 0x3005...0x3007, 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF: true
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
    default: false
    }
  }

  /// Continues the character before it: marks, variation selectors, joiners.
  static func extends(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x300, let properties = Unicode.Scalar(scalar)?.properties else { return false }
    return properties.isGraphemeExtend || properties.generalCategory == .spacingMark || scalar == 0x200D
      || properties.isEmojiModifier
  }

  static func isLowercase(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return (0x61...0x7A).contains(scalar) }
    return Unicode.Scalar(scalar)?.properties.isLowercase ?? false
  }

  static func isSpace(_ scalar: UInt32) -> Bool {
    CharacterClasses.unicode16[scalar] == .space
  }

  /// White space that asks not to be cut at.
  static func isNoBreakSpace(_ scalar: UInt32) -> Bool {
    scalar == 0xA0 || scalar == 0x2007 || scalar == 0x202F
  }
}
