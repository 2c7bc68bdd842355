/// What stands in a text, in any script: what the profile `reference` tells apart.
package enum TextCharacter: UInt8 {
  case space
  case lineEnd
  /// Small letters, and letters of scripts that know no case; marks that go with letters.
  case letter
  case capital
  /// A letter of a script that is written without spaces: Han, Kana, Thai, Lao, Khmer, Burmese. A word has about two.
  case unspaced
  case digit
  /// `. ! ?` and their like in other scripts: what ends a sentence.
  case sentenceEnd
  /// Quotation marks and closing brackets, which may stand behind a sentence's end.
  case closing
  /// Other punctuation of prose.
  case punctuation
  /// What prose seldom has: `= { } < > | _ # * +` and their like, arrows, boxes, pictures.
  case symbol
  /// What a decoding error leaves: controls, U+FFFD, private use, unassigned code points.
  case garbled
}

extension TextCharacter {
  /// - Parameter value: a code point; what is none is garbled.
  package init(_ value: UInt32) {
    self = value < 0x80 ? Self.ascii[Int(value)] : Self(beyondASCII: value)
  }

  /// Of U+0000 to U+007F.
  package static let ascii: [TextCharacter] = (0..<0x80).map { (value: UInt32) in
    switch value {
    case 0x0A: .lineEnd
    case 0x09, 0x0B...0x0D, 0x20: .space
    case 0x41...0x5A: .capital
    case 0x61...0x7A: .letter
    case 0x30...0x39: .digit
    case 0x21, 0x2E, 0x3F: .sentenceEnd
    case 0x22, 0x27, 0x29, 0x5D: .closing
    case 0x28, 0x2C, 0x2D, 0x2F, 0x3A, 0x3B, 0x25, 0x26: .punctuation
    case 0x00...0x1F, 0x7F: .garbled
    default: .symbol
    }
  }

  private init(beyondASCII value: UInt32) {
    switch value {
    case 0x3400...0x9FFF, 0x3041...0x30FA, 0x30FC...0x30FF, 0xF900...0xFAFF, 0x20000...0x323AF, 0xFF66...0xFF9F,
      0x0E01...0x0E3A, 0x0E40...0x0E4E, 0x0E81...0x0ECD, 0x1000...0x1049, 0x1780...0x17D3, 0x3005...0x3007:
      self = .unspaced
    case 0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61, 0x2026, 0x0964, 0x0965, 0x061F, 0x06D4, 0x0589, 0x104B, 0x1362, 0x17D4,
      0x17D5, 0x203C...0x2049:
      self = .sentenceEnd
    case 0x00BB, 0x2019, 0x201D, 0x300D, 0x300F, 0x3011, 0x300B, 0x3009, 0x3015, 0x3017, 0xFF09, 0xFF3D, 0x00AB,
      0x2018, 0x201C, 0x203A, 0xFF02, 0xFF07:
      self = .closing
    default: self = Self(category: value)
    }
  }

  private init(category value: UInt32) {
    guard let properties = Unicode.Scalar(value)?.properties else {
      self = .garbled
      return
    }
    if properties.isWhitespace {
      self = .space
      return
    }
    self =
      switch properties.generalCategory {
      case .uppercaseLetter, .titlecaseLetter: .capital
      case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .enclosingMark: .letter
      case .decimalNumber, .letterNumber, .otherNumber: .digit
      case .otherSymbol where value == 0xFFFD: .garbled
      case .connectorPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: .symbol
      case .control, .privateUse, .surrogate, .unassigned: .garbled
      default: .punctuation
      }
  }
}
