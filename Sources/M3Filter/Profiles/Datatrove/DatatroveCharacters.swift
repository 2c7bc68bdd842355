/// What datatrove takes for punctuation.
enum DatatroveCharacters {
  private static let terminal = Set(terminalList)
  private static let other = Set(otherList)

  /// Its `TERMINAL_PUNCTUATION`.
  @inline(__always)
  static func isTerminal(_ value: UInt32) -> Bool {
    if value < 0x80 {
      return value == UInt32(UInt8(ascii: ".")) || value == UInt32(UInt8(ascii: "!"))
        || value == UInt32(UInt8(ascii: "?"))
    }
    return terminal.contains(value)
  }

  /// Its `PUNCTUATION_SET`, of characters that are no white space.
  @inline(__always)
  static func isPunctuation(_ value: UInt32) -> Bool {
    if value < 0x80 { return !(value | 0x20 &- 0x61 < 26 || value &- 0x30 < 10) }
    return other.contains(value) || terminal.contains(value)
  }
}
