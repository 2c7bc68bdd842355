/// The state of a range variant of asymmetric numeral systems (rANS; Duda, 2013, arXiv 1311.2540), renormalized by bytes.
///
/// Between symbols it is in 2²³ ..< 2³¹. A symbol of frequency f among 2¹⁴ takes log₂(2¹⁴ / f) bits; the last symbol that
/// was encoded is the first one that is decoded.
enum EntropyState {
  /// The state before the first symbol is encoded, and after the last one is decoded.
  static let initial: UInt32 = 1 << 23
  static let limit: UInt32 = 1 << 31
  static let slotMask: UInt32 = 1 << UInt32(SymbolModel.frequencyBits) - 1
  /// Bits that are coded at once without a model.
  static let rawBits = 12
}
