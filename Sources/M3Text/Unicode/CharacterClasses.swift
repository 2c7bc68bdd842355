/// What a pre-tokenizer tells apart.
package enum CharacterClass: UInt8, Sendable {
  /// Everything else: punctuation, symbols, marks, controls, unassigned code points, invalid bytes.
  case other
  /// General categories L*.
  case letter
  /// General categories N*.
  case number
  /// The property White_Space.
  case space
}

/// The class of every code point, in a table of two steps: 256 code points a page, equal pages once.
///
/// The classes come from the Swift runtime's Unicode data and are held at a named version: a code
/// point that is younger is `other`, so that a newer runtime gives the same ids.
package struct CharacterClasses: Sendable {
  /// Page number of each 256 code points below ``end``.
  private let pages: [UInt16]
  /// Classes, page after page; page 0 is U+0000 to U+00FF.
  private let classes: [CharacterClass]

  /// Planes 4 and above hold no letter, number or white space.
  private static let end: UInt32 = 0x40000

  /// Letters and numbers of Unicode 16.0: what `tokenizers` 0.23 takes for `\p{L}` and `\p{N}`.
  package static let unicode16 = CharacterClasses(letterVersion: 16, numberVersion: 16)
  /// The same with the numbers of Unicode 17.0: what its `Digits` takes for digits.
  package static let unicode16WithNumbers17 = CharacterClasses(letterVersion: 16, numberVersion: 17)

  private init(letterVersion: Int, numberVersion: Int) {
    var pages: [UInt16] = []
    var classes: [CharacterClass] = []
    var known: [[CharacterClass]: UInt16] = [:]
    for first in stride(from: 0, to: Self.end, by: 256) {
      let page = (first..<first + 256).map {
        Self.classify($0, letterVersion: letterVersion, numberVersion: numberVersion)
      }
      let number = known[page] ?? UInt16(known.count)
      if known.updateValue(number, forKey: page) == nil { classes += page }
      pages.append(number)
    }
    self.pages = pages
    self.classes = classes
  }

  private static func classify(_ value: UInt32, letterVersion: Int, numberVersion: Int) -> CharacterClass {
    guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age else { return .other }
    if properties.isWhitespace { return .space }
    return switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      age.major <= letterVersion ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      age.major <= numberVersion ? .number : .other
    default: .other
    }
  }

  /// The class of a code point, in constant time; `other` for anything beyond Unicode.
  @inline(__always)
  package subscript(_ value: UInt32) -> CharacterClass {
    if value < 0x80 { return classes[Int(value)] }
    guard value < Self.end else { return .other }
    return classes[Int(pages[Int(value >> 8)]) << 8 | Int(value & 0xFF)]
  }

  /// The class of the code point at `index`, and the index behind it.
  @inline(__always)
  package func character(
    in utf8: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (kind: CharacterClass, end: Int) {
    let byte = utf8[index]
    if byte < 0x80 { return (classes[Int(byte)], index + 1) }
    let scalar = utf8.scalar(at: index)
    return (self[scalar.value], index + scalar.byteCount)
  }

  /// The index behind the run of code points of one class that begins at `start`.
  @inline(__always)
  package func runEnd(
    of kind: CharacterClass, in utf8: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int {
    var index = start
    while index < utf8.count {
      let character = character(in: utf8, at: index)
      guard character.kind == kind else { break }
      index = character.end
    }
    return index
  }
}
