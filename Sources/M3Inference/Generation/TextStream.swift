/// Turns tokens into text as they come: a token may end inside of a character, which the next ones complete.
struct TextStream {
  private var pending: [UInt8] = []

  /// The whole characters that these bytes complete.
  mutating func append(_ bytes: [UInt8]) -> String {
    pending += bytes
    let whole = pending.count - Self.unfinishedCount(pending)
    defer { pending.removeFirst(whole) }
    return String(decoding: pending[..<whole], as: UTF8.self)
  }

  /// What is left at the end; bytes that are not UTF-8 become U+FFFD.
  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// Bytes at the end that begin a code point.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for (index, byte) in bytes.reversed().prefix(3).enumerated() where byte & 0xC0 != 0x80 {
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > index + 1 ? index + 1 : 0
    }
    return 0
  }
}
