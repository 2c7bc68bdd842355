/// Text without what CLD2 refuses: bytes that are no UTF-8, controls other than tab and line ends, noncharacters.
enum InterchangeText {
  /// The same number of bytes, with spaces in the place of such ones.
  static func bytes(replacing utf8: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var bytes = Array(utf8)
    var index = 0
    while index < bytes.count {
      let length = scalarLength(bytes, at: index)
      if length == 0 || isRefused(bytes[index..<index + length]) {
        for place in index..<index + max(1, length) { bytes[place] = 0x20 }
      }
      index += max(1, length)
    }
    return bytes
  }

  /// 0 where no well-formed sequence begins.
  private static func scalarLength(_ bytes: [UInt8], at index: Int) -> Int {
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard lead >= 0xC2, lead < 0xF5, index + length <= bytes.count else { return 0 }
    guard bytes[index + 1..<index + length].allSatisfy({ $0 & 0xC0 == 0x80 }) else { return 0 }
    switch (lead, bytes[index + 1]) {
    case (0xE0, ..<0xA0), (0xED, 0xA0...), (0xF0, ..<0x90), (0xF4, 0x90...): return 0
    default: return length
    }
  }

  private static func isRefused(_ scalar: ArraySlice<UInt8>) -> Bool {
    let value =
      scalar.count == 1
      ? UInt32(scalar.first!)
      : scalar.dropFirst().reduce(UInt32(scalar.first! & (0xFF >> UInt8(scalar.count + 1)))) {
        $0 << 6 | UInt32($1 & 0x3F)
      }
    return switch value {
    case 0x09, 0x0A, 0x0D: false
    case ..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF: true
    default: value & 0xFFFE == 0xFFFE
    }
  }
}
