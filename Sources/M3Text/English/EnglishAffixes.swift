/// What is split off the beginning and the end of a chunk, and what splits it inside: spaCy's prefixes, suffixes and
/// infixes of English as a scanner. Each looks only at the bytes between its bounds, as the patterns do.
struct EnglishAffixes: Sendable {
  let characters: EnglishCharacters
  let units: EnglishUnits

  init() {
    characters = .shared
    units = .shared
  }

  /// How many bytes are split off the beginning; 0 where none are.
  @inline(__always)
  func prefix(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let byte = utf8[start]
    if byte >= 0x80 {
      let scalar = utf8.scalar(at: start)
      return characters[scalar.value].contains(.prefix) ? scalar.byteCount : 0
    }
    if characters[UInt32(byte)].contains(.prefix) { return 1 }
    switch byte {
    case UInt8(ascii: "."):
      let count = Self.run(of: byte, utf8, start, end)
      return count > 1 ? count : 0
    case UInt8(ascii: "+"):
      return start + 1 < end && Self.isDigit(utf8[start + 1]) ? 0 : 1
    case UInt8(ascii: "U"):
      return start + 2 < end && utf8[start + 1] == UInt8(ascii: "S") && utf8[start + 2] == UInt8(ascii: "$") ? 3 : 0
    case UInt8(ascii: "A"), UInt8(ascii: "C"):
      return start + 1 < end && utf8[start + 1] == UInt8(ascii: "$") ? 2 : 0
    default:
      return 0
    }
  }

  /// How many bytes are split off the end: the most that any rule takes; 0 where none do.
  @inline(__always)
  func suffix(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, hasDigits: Bool) -> Int {
    guard start < end else { return 0 }
    let byte = utf8[end - 1]
    let classes = characters.classes(in: utf8, before: end)
    if byte < 0x80 {
      if byte == UInt8(ascii: ".") { return stop(utf8, start, end) }
      if classes.contains(.suffix) { return 1 }
    }
    let counted = hasDigits ? behindDigit(utf8, start, end, classes) : 0
    if byte == UInt8(ascii: "s") || byte == UInt8(ascii: "S") {
      return max(counted, Self.possessive(utf8, start, end))
    }
    if byte >= 0x80, classes.contains(.suffix) {
      let count = utf8.scalar(before: end).byteCount
      return max(counted, Self.isTwoEllipses(utf8, start, end) ? 2 * count : count)
    }
    return counted
  }

  /// `\.\.+`, or a full stop behind what it may follow.
  private func stop(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var first = end - 1
    while first > start, utf8[first - 1] == UInt8(ascii: ".") { first -= 1 }
    if end - first > 1 { return end - first }
    guard first > start else { return 0 }
    let before = characters.classes(in: utf8, before: first)
    if before.contains(.beforeStop) { return 1 }
    guard before.contains(.upper) else { return 0 }
    let second = first - utf8.scalar(before: first).byteCount
    guard second > start else { return 0 }
    if characters.classes(in: utf8, before: second).contains(.upper) { return 1 }
    let isDegree = second - 2 >= start && utf8[second - 2] == 0xC2 && utf8[second - 1] == 0xB0
    let letter = utf8[first - 1]
    return isDegree && (letter == UInt8(ascii: "C") || letter == UInt8(ascii: "F") || letter == UInt8(ascii: "K"))
      ? 1 : 0
  }

  /// `+`, a currency or a unit behind a digit.
  private func behindDigit(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ classes: EnglishCharacters.Classes
  ) -> Int {
    var count = 0
    if utf8[end - 1] == UInt8(ascii: "+"), Self.isBehindDigit(utf8, start, end - 1) { count = 1 }
    if classes.contains(.currency) {
      let byteCount = utf8.scalar(before: end).byteCount
      if Self.isBehindDigit(utf8, start, end - byteCount) { count = byteCount }
      if utf8[end - 1] == UInt8(ascii: "$") {
        for name: StaticString in ["US$", "C$", "A$"] where Self.ends(utf8, start, end, with: name) {
          if Self.isBehindDigit(utf8, start, end - name.utf8CodeUnitCount) { count = name.utf8CodeUnitCount }
        }
      }
    }
    return max(count, units.suffix(utf8, start, end))
  }

  /// `'s`, `'S` and the same with U+2019; the letter is there.
  private static func possessive(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    if end - start >= 2, utf8[end - 2] == UInt8(ascii: "'") { return 2 }
    let isQuote = end - start >= 4 && utf8[end - 4] == 0xE2 && utf8[end - 3] == 0x80 && utf8[end - 2] == 0x99
    return isQuote ? 4 : 0
  }

  private static func isTwoEllipses(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    ends(utf8, start, end, with: "……")
  }

  static func ends(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard end - start >= count else { return false }
    return (0..<count).allSatisfy { utf8[end - count + $0] == text.utf8Start[$0] }
  }

  @inline(__always)
  static func isBehindDigit(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ index: Int) -> Bool {
    index > start && isDigit(utf8[index - 1])
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  /// How often a byte stands from `start` on.
  @inline(__always)
  static func run(of byte: UInt8, _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var index = start
    while index < end, utf8[index] == byte { index += 1 }
    return index - start
  }
}
