internal import M3Bytes

/// SentencePiece's rules to rewrite characters, compiled (`precompiled_charsmap`), such as `nmt_nfkc`.
///
/// Little-endian: a 32-bit size; a double array (darts-clone) of that many bytes, a trie over the bytes of what is
/// rewritten, whose values are offsets; the replacements at those offsets, UTF-8 that a zero byte ends.
///
/// A unit of the array has its label in bits 0 to 7 and 31, whether a value hangs from it in bit 8, and the
/// way to its children, an exclusive or, in bits 10 to 30, in steps of 256 if bit 9 is set. A unit of a value
/// has bit 31 set and the value in the others.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// The most bytes of a text that a rule rewrites.
  let longestRuleByteCount: Int

  /// - Throws: ``FormatError`` for sizes that do not fit, and for a trie that leads out of the array, twice to one
  ///   place, or to what is no replacement.
  init(_ bytes: [UInt8]) throws(FormatError) {
    (units, replacements) = try Self.parts(of: bytes)
    longestRuleByteCount = try Self.longestRuleByteCount(units, replacements)
  }

  /// The longest rule that the text from `start` on begins with: where what it rewrites ends, and where
  /// its replacement begins.
  @inline(__always)
  func rule(in utf8: UnsafeBufferPointer<UInt8>, at start: Int) -> (end: Int, replacement: Int)? {
    var longest: (end: Int, replacement: Int)?
    var place = units[0].childrenPlace
    var index = start
    // A zero byte is the label of values.
    while index < utf8.count, utf8[index] != 0 {
      let unit = place ^ Int(utf8[index])
      guard unit < units.count, units[unit].label == UInt32(utf8[index]) else { break }
      place = unit ^ units[unit].childrenPlace
      index += 1
      if units[unit].hasValue { longest = (index, units[place].value) }
    }
    return longest
  }

  /// The code point of a replacement at an offset, nil at its end.
  @inline(__always)
  func replacement(at offset: Int) -> DecodedScalar? {
    replacements[offset] == 0 ? nil : replacements.withUnsafeBufferPointer { $0.scalar(at: offset) }
  }
}

/// The fields of a unit.
extension UInt32 {
  @inline(__always)
  var label: UInt32 { self & (1 << 31 | 0xFF) }
  @inline(__always)
  var hasValue: Bool { self & 1 << 8 != 0 }
  @inline(__always)
  var childrenPlace: Int { Int((self >> 10) << ((self & 1 << 9) >> 6)) }
  @inline(__always)
  var value: Int { Int(self & (1 << 31 - 1)) }
}
