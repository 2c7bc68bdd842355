import M3Text

/// The words of a text for counting n-grams: their hashes, and their lengths summed.
struct WordHashes {
  /// A polynomial over each word's bytes, modulo 2⁶⁴: that of two words in a row is `first · power + second`.
  let values: [UInt64]
  /// The base to the power of each word's number of bytes.
  let powers: [UInt64]
  /// Code points before each word, and at last of all words.
  let offsets: [UInt32]

  private static let base: UInt64 = 0x9E6C_63D0_876A_68D5

  init(_ tokens: [EnglishToken], count: Int, in utf8: UnsafeBufferPointer<UInt8>) {
    var values: [UInt64] = []
    var powers: [UInt64] = []
    var offsets: [UInt32] = [0]
    values.reserveCapacity(count)
    powers.reserveCapacity(count)
    offsets.reserveCapacity(count + 1)
    var offset: UInt32 = 0
    for token in tokens where !token.isSpace {
      var value: UInt64 = 0
      var power: UInt64 = 1
      for index in token.range {
        let byte = utf8[index]
        value = value &* Self.base &+ UInt64(byte) &+ 1
        power = power &* Self.base
        if Int8(bitPattern: byte) >= -64 { offset &+= 1 }
      }
      values.append(value)
      powers.append(power)
      offsets.append(offset)
    }
    self.values = values
    self.powers = powers
    self.offsets = offsets
  }

  var count: Int { values.count }

  /// Code points of a run of words.
  @inline(__always)
  func length(from start: Int, count: Int) -> Int {
    Int(offsets[start + count] - offsets[start])
  }
}
