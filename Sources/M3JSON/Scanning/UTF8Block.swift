/// Thirty-two bytes of a string, examined at once, as four words of eight bytes.
///
/// Comparisons of Swift's SIMD types become loops over their lanes. Arithmetic on words does not, and
/// the compiler turns it into vector code where there is enough of it.
struct UTF8Block {
  static let width = 32

  private let base: UnsafePointer<UInt8>
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter base: ``width`` bytes follow it.
  @inline(__always)
  init(_ base: UnsafePointer<UInt8>) {
    self.base = base
    let raw = UnsafeRawPointer(base)
    words = (
      UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)),
      UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
      UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
      UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
    )
  }

  /// The index of the first quote, backslash or control character below U+0020, or ``width``.
  @inline(__always)
  var firstStop: Int {
    let stops0 = UTF8Block.stops(words.0)
    if stops0 != 0 { return stops0.trailingZeroBitCount / 8 }
    let stops1 = UTF8Block.stops(words.1)
    if stops1 != 0 { return 8 + stops1.trailingZeroBitCount / 8 }
    let stops2 = UTF8Block.stops(words.2)
    if stops2 != 0 { return 16 + stops2.trailingZeroBitCount / 8 }
    let stops3 = UTF8Block.stops(words.3)
    if stops3 != 0 { return 24 + stops3.trailingZeroBitCount / 8 }
    return UTF8Block.width
  }

  /// Whether a byte is not ASCII.
  @inline(__always)
  var hasHighBytes: Bool {
    (words.0 | words.1 | words.2 | words.3) & UTF8Block.highBits != 0
  }

  /// Whether a byte breaks UTF-8, given the three bytes before the block.
  ///
  /// A byte must be a continuation exactly where one of the three before it is a lead byte that
  /// reaches so far. C0, C1 and F5 to FF are never lead bytes; and the byte behind E0, ED, F0 and F4
  /// is bounded, which shuts out overlong forms, surrogates and what lies above U+10FFFF.
  ///
  /// A bit of a byte is looked at by shifting it to the byte's highest; what a shift brings in from
  /// the next byte stays below it.
  /// - Precondition: three bytes lie before the block.
  @inline(__always)
  var hasError: Bool {
    let raw = UnsafeRawPointer(base)
    var errors: UInt64 = 0
    for offset in stride(from: 0, to: UTF8Block.width, by: 8) {
      let byte = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let before1 = raw.loadUnaligned(fromByteOffset: offset &- 1, as: UInt64.self)
      let before2 = raw.loadUnaligned(fromByteOffset: offset &- 2, as: UInt64.self)
      let before3 = raw.loadUnaligned(fromByteOffset: offset &- 3, as: UInt64.self)

      let isLead = before1 & before1 &<< 1
      let isLeadOf3 = isLead & before1 &<< 2
      let mustContinue =
        isLead | before2 & before2 &<< 1 & before2 &<< 2 | before3 & before3 &<< 1 & before3 &<< 2 & before3 &<< 3
      let continues = byte & ~(byte &<< 1)
      errors |= mustContinue ^ continues

      let bit4 = before1 &<< 3
      let bit3 = before1 &<< 4
      let bit2 = before1 &<< 5
      let bit1 = before1 &<< 6
      let bit0 = before1 &<< 7
      let bits321AreZero = ~(bit3 | bit2 | bit1)
      let fromA0 = byte &<< 2
      let from90 = fromA0 | byte &<< 3
      // C0 and C1; E0 with 80...9F and ED with A0...BF; F5...FF, F4 with 90...BF and F0 with 80...8F.
      errors |= isLead & ~(before1 &<< 2) & ~bit4 & bits321AreZero
      errors |= isLeadOf3 & ~bit4 & (bits321AreZero & ~bit0 & ~fromA0 | bit3 & bit2 & ~bit1 & bit0 & fromA0)
      errors |= isLeadOf3 & bit4 & (bit3 | bit2 & (bit1 | bit0 | from90) | bits321AreZero & ~bit0 & ~from90)
    }
    return errors & UTF8Block.highBits != 0
  }

  /// The highest bit of each byte that is a stop, exact up to the first one: a byte is zero where
  /// taking 1 from it borrows, and below 0x20 where taking 0x20 does; a borrow can only spoil the
  /// bytes above it.
  @inline(__always)
  private static func stops(_ word: UInt64) -> UInt64 {
    let quote = word ^ (UInt64(UInt8(ascii: "\"")) &* ones)
    let backslash = word ^ (UInt64(UInt8(ascii: "\\")) &* ones)
    let control = (word &- 0x20 &* ones) & ~word
    return ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | control) & highBits
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highBits: UInt64 = 0x8080_8080_8080_8080
}
