/// The grammar of shard names: `shard-`, exactly five decimal digits, `.m3s`.
enum ShardName {
  static let prefix = "shard-"
  private static let suffix = ".m3s"
  private static let digitCount = 5

  static func string(_ number: UInt32) -> String {
    let digits = String(number)
    return prefix + String(repeating: "0", count: digitCount - digits.count) + digits + suffix
  }

  /// - Returns: nil where the name breaks the grammar.
  static func number(_ name: String) -> UInt32? {
    let bytes = Array(name.utf8)
    guard bytes.count == prefix.utf8.count + digitCount + suffix.utf8.count else { return nil }
    var number: UInt32 = 0
    for byte in bytes[prefix.utf8.count..<prefix.utf8.count + digitCount] {
      guard (0x30...0x39).contains(byte) else { return nil }
      number = number * 10 + UInt32(byte - 0x30)
    }
    return bytes.elementsEqual(string(number).utf8) ? number : nil
  }
}
