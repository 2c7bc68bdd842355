/// The characters that a vocabulary's pieces are made of, numbered from 0.
///
/// Text is read in this alphabet. A character outside of it is in no piece, so that nothing joins it
/// to its neighbours.
struct PieceAlphabet: Sendable {
  /// Code points by number.
  private(set) var values: [UInt32] = []
  /// Where the 256 code points of each page begin in `numbers`, -1 for a page without any.
  private var pages = [Int32](repeating: -1, count: 0x1100)
  private var numbers: [Int32] = []

  /// U+2581, which stands for a space.
  static let space: UInt32 = 0x2581

  /// Numbers that are no character's.
  static let none: Int32 = -1

  var count: Int { values.count }

  /// The number of a code point, or ``none``.
  @inline(__always)
  func number(of value: UInt32) -> Int32 {
    guard value < 0x110000 else { return Self.none }
    let page = pages[Int(value >> 8)]
    return page < 0 ? Self.none : numbers[Int(page) | Int(value & 0xFF)]
  }

  /// A code point of a text, or ``DecodedScalar/invalid`` for a byte that begins none.
  @inline(__always)
  func character(_ value: UInt32) -> PieceCharacter {
    let value = value == DecodedScalar.invalid ? 0xFFFD : value
    return PieceCharacter(value: value, number: number(of: value))
  }

  /// The number of a code point below 0x110000, a new one if it has none.
  mutating func insert(_ value: UInt32) -> Int32 {
    let known = number(of: value)
    if known != Self.none { return known }
    if pages[Int(value >> 8)] < 0 {
      pages[Int(value >> 8)] = Int32(numbers.count)
      numbers.append(contentsOf: repeatElement(Self.none, count: 0x100))
    }
    let number = Int32(values.count)
    numbers[Int(pages[Int(value >> 8)]) | Int(value & 0xFF)] = number
    values.append(value)
    return number
  }
}

/// A character of normalised text.
struct PieceCharacter: Sendable {
  /// Its code point; U+FFFD for a byte that begins none.
  var value: UInt32
  /// Its number in the alphabet, or ``PieceAlphabet/none``.
  var number: Int32
}
