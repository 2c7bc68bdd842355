/// What the `BertNormalizer` of a `tokenizer.json` does to a text, in this order.
package struct BertNormalization: Sendable, Equatable {
  /// What uncased models have.
  static let uncased = BertNormalization(
    cleansText: true, isolatesIdeographs: true, stripsAccents: true, lowercases: true)

  /// Removes control, format and private use characters and U+FFFD; other white space becomes a space.
  package var cleansText: Bool
  /// Puts spaces around Chinese characters.
  package var isolatesIdeographs: Bool
  /// Decomposes canonically and removes nonspacing marks.
  package var stripsAccents: Bool
  /// Each character on its own, whatever stands around it.
  package var lowercases: Bool

  package init(cleansText: Bool, isolatesIdeographs: Bool, stripsAccents: Bool, lowercases: Bool) {
    self.cleansText = cleansText
    self.isolatesIdeographs = isolatesIdeographs
    self.stripsAccents = stripsAccents
    self.lowercases = lowercases
  }
}

/// Character properties as BERT's tokenizer in the `tokenizers` package 0.23 has them.
///
/// General categories are those of Unicode 8.0, letter case is that of 17.0, and white space has not changed in
/// between. They come from the Swift runtime's Unicode data: a younger character has no category here, and of the
/// older ones those are listed whose category has changed since.
enum BertCharacterProperties {
  private static let categoryVersion = 8
  private static let caseVersion = 17

  private static let nonspacingMarks: Set<UInt32> = [0x1734, 0x1171E]
  private static let othersThanNonspacingMarks: Set<UInt32> = [0x1885, 0x1886, 0xA9BD, 0x111C9]
  private static let punctuation: Set<UInt32> = [0x166D, 0x111C9]

  /// What cleaning removes: general categories Cc, Cf and Co without tab and line ends, and U+FFFD.
  /// - Parameter category: the character's general category, looked up already.
  static func isRemovedByCleaning(_ scalar: Unicode.Scalar, _ category: Unicode.GeneralCategory) -> Bool {
    switch scalar {
    case "\t", "\n", "\r": return false
    case "\u{FFFD}": return true
    default: break
    }
    switch category {
    case .privateUse: return true
    case .control, .format: return isOldEnough(scalar)
    default: return false
    }
  }

  /// General category Mn.
  static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    if nonspacingMarks.contains(scalar.value) { return true }
    return scalar.properties.generalCategory == .nonspacingMark && isOldEnough(scalar)
      && !othersThanNonspacingMarks.contains(scalar.value)
  }

  /// All of ASCII that is neither letter, digit, space nor control, and general categories P*.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return switch scalar {
      case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
      default: false
      }
    }
    if punctuation.contains(scalar.value) { return true }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return isOldEnough(scalar)
    default: return false
    }
  }

  /// The blocks of Chinese characters, assigned or not; U+2B820 to U+2B91F are not among them.
  static func isIdeograph(_ value: UInt32) -> Bool {
    switch value {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
      0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  static func lowercase(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    let properties = scalar.properties
    guard properties.changesWhenLowercased, let age = properties.age, age.major <= caseVersion else { return [scalar] }
    return Array(properties.lowercaseMapping.unicodeScalars)
  }

  /// Whether a character has a category here. Looking an age up takes longer than anything else.
  private static func isOldEnough(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age.map { $0.major <= categoryVersion } ?? false
  }
}
