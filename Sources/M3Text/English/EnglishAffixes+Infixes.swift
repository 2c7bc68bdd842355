extension EnglishAffixes {
  /// The next place at or behind `index` where bytes are split off inside; nil where there is none.
  func infix(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, from index: Int) -> Range<Int>? {
    var index = index
    while index < end {
      let byte = utf8[index]
      if byte >= 0x80 {
        let scalar = utf8.scalar(at: index)
        let behind = index + scalar.byteCount
        if characters[scalar.value].contains(.icon) { return index..<behind }
        if scalar.value == 0x2013 || scalar.value == 0x2014,
          let end = hyphens(utf8, start, end, at: index, scalar.value)
        {
          return index..<end
        }
        index = behind
        continue
      }
      if Self.isInfix(byte), let infixEnd = asciiInfix(utf8, start, end, at: index) { return index..<infixEnd }
      index += 1
    }
    return nil
  }

  @inline(__always)
  private static func isInfix(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "*")...UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "<")...UInt8(ascii: ">"),
      UInt8(ascii: "^"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// Where the infix of an ASCII byte ends; nil where it is none.
  private func asciiInfix(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, at index: Int
  ) -> Int? {
    let byte = utf8[index]
    if byte == UInt8(ascii: ".") {
      let count = Self.run(of: byte, utf8, index, end)
      if count > 1 { return index + count }
      let isBetween =
        follows(utf8, start, index, [.lower, .quote]) && precedes(utf8, index + 1, end, [.upper, .quote])
      return isBetween ? index + 1 : nil
    }
    guard index > start else { return nil }
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "^"):
      return isBetweenDigits(utf8, start, end, at: index) ? index + 1 : nil
    case UInt8(ascii: "-"):
      if isBetweenDigits(utf8, start, end, at: index) { return index + 1 }
      return hyphens(utf8, start, end, at: index, UInt32(byte))
    case UInt8(ascii: "~"):
      return hyphens(utf8, start, end, at: index, UInt32(byte))
    case UInt8(ascii: ","):
      return follows(utf8, start, index, .alpha) && precedes(utf8, index + 1, end, .alpha) ? index + 1 : nil
    case UInt8(ascii: ":"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "="), UInt8(ascii: "/"):
      return followsAlphaOrDigit(utf8, start, index) && precedes(utf8, index + 1, end, .alpha) ? index + 1 : nil
    default:
      return nil
    }
  }

  /// One to three `-`, one or two em dashes, an en dash or a tilde, between a letter or digit and a letter.
  private func hyphens(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, at index: Int, _ value: UInt32
  ) -> Int? {
    guard followsAlphaOrDigit(utf8, start, index) else { return nil }
    let maximum = value == UInt32(UInt8(ascii: "-")) ? 3 : value == 0x2014 ? 2 : 1
    var behind = index
    for _ in 0..<maximum {
      guard behind < end, utf8.scalar(at: behind).value == value else { return nil }
      behind += value < 0x80 ? 1 : 3
      if precedes(utf8, behind, end, .alpha) { return behind }
    }
    return nil
  }

  private func isBetweenDigits(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, at index: Int) -> Bool {
    guard Self.isBehindDigit(utf8, start, index), index + 1 < end else { return false }
    return Self.isDigit(utf8[index + 1]) || utf8[index + 1] == UInt8(ascii: "-")
  }

  private func followsAlphaOrDigit(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ index: Int) -> Bool {
    Self.isBehindDigit(utf8, start, index) || follows(utf8, start, index, .alpha)
  }

  private func follows(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ index: Int, _ classes: EnglishCharacters.Classes
  ) -> Bool {
    index > start && !characters.classes(in: utf8, before: index).isDisjoint(with: classes)
  }

  private func precedes(
    _ utf8: UnsafeBufferPointer<UInt8>, _ index: Int, _ end: Int, _ classes: EnglishCharacters.Classes
  ) -> Bool {
    index < end && !characters.classes(in: utf8, at: index).isDisjoint(with: classes)
  }
}
