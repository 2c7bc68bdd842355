/// What follows the symbol of a code that has none of its own: sign and length of the rest, then the rest's bits below
/// its highest.
enum Escape {
  /// One for the sign, five for the length.
  static let headBits = 6

  /// Bits of an escaped code behind its symbol.
  static func bitCount(magnitude: UInt) -> Int {
    let rest = magnitude - UInt(SymbolModel.largestMagnitude)
    return headBits + UInt.bitWidth - rest.leadingZeroBitCount - 1
  }
}
