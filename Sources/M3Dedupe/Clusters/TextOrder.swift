import M3Bytes

/// The order in which texts are looked at: of near-duplicates, the one that comes first stays.
///
/// A key is 64 bits; its low half is the text's number.
package struct TextOrder: Sendable {
  /// Bytes of each text, by number, where the longest comes first. 4 bytes of memory a text.
  private let lengths: [UInt32]?

  /// By number.
  package static let first = TextOrder(lengths: nil)

  /// The longest first; of equal ones the smallest number.
  package static func longest(lengths: [UInt32]) -> TextOrder { TextOrder(lengths: lengths) }

  package func key(of number: UInt32) -> UInt64 {
    guard let lengths else { return UInt64(number) }
    return UInt64(UInt32.max - lengths[Int(number)]) << 32 | UInt64(number)
  }

  package static func number(ofKey key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key) }
}
