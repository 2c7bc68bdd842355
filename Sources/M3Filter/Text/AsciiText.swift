/// Looking for text without regard to the case of ASCII's letters.
package enum AsciiText {
  @inline(__always)
  package static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  @inline(__always)
  package static func lowercased(_ value: UInt32) -> UInt32 {
    value &- 0x41 < 26 ? value | 0x20 : value
  }

  /// - Parameter suffix: in lower case.
  package static func hasSuffix(_ suffix: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.count >= suffix.count && bytes.suffix(suffix.count).elementsEqual(suffix) { lowercased($0) == $1 }
  }

  /// - Parameter needle: in lower case, not empty.
  package static func contains(_ needle: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count >= needle.count else { return false }
    let first = needle[0]
    for start in 0...bytes.count - needle.count where lowercased(bytes[start]) == first {
      if (1..<needle.count).allSatisfy({ lowercased(bytes[start + $0]) == needle[$0] }) { return true }
    }
    return false
  }
}
