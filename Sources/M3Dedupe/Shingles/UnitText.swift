/// A text in units: words with one space between any two, or code points with nothing between.
struct UnitText {
  let bytes: UnsafeBufferPointer<UInt8>
  let unit: ShingleUnit

  /// Bytes between two units.
  var gap: Int { unit == .words ? 1 : 0 }

  /// A text of no bytes has none.
  var unitCount: Int {
    guard !bytes.isEmpty else { return 0 }
    // Without a branch, so that it takes many bytes at a time.
    var count = 1
    switch unit {
    case .words: for byte in bytes { count &+= byte == 0x20 ? 1 : 0 }
    case .characters: for byte in bytes.dropFirst() { count &+= byte & 0xC0 != 0x80 ? 1 : 0 }
    }
    return count
  }

  /// Whether a code point begins at a byte; the first byte begins one in any case.
  func isStart(_ index: Int) -> Bool { bytes[index] & 0xC0 != 0x80 || index == 0 }

  /// The end of a unit that is the first not before a place; the text's where nothing but one gap would be left.
  func unitEnd(from place: Int) -> Int {
    var end = place
    while end < bytes.count - gap {
      switch unit {
      case .words: if bytes[end] == 0x20 { return end }
      case .characters: if isStart(end) { return end }
      }
      end += 1
    }
    return bytes.count
  }

  /// The units in a range that begins and ends with units.
  func part(_ range: Range<Int>) -> UnitText {
    UnitText(bytes: UnsafeBufferPointer(rebasing: bytes[range]), unit: unit)
  }
}
