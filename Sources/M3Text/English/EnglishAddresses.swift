/// Whether a chunk is a web or mail address, which is one token: spaCy's `URL_MATCH`.
///
/// The pattern is `(scheme://)?(user(:password)?@)?(IPv4 | (label.)+ top-level)(:port)?([/?#]…)?`, with labels of
/// letters, digits and everything from U+00A1 to U+FFFF, and a top level of two lower-case letters or more. So
/// `example.com` is one, and so is `self.name`.
struct EnglishAddresses: Sendable {
  let characters: EnglishCharacters

  func matches(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    if isHost(utf8, start, end) { return true }
    if let host = behindScheme(utf8, start, end), isHost(utf8, host, end) { return true }
    guard end - start > 2 else { return false }
    // Everything up to any `@` may be the user's name and password.
    return (start + 1..<end).contains { utf8[$0] == UInt8(ascii: "@") && isHost(utf8, $0 + 1, end) }
  }

  /// Behind `[\w+\-.]{2,}://`.
  private func behindScheme(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var index = start
    var count = 0
    while index < end, utf8[index] != UInt8(ascii: ":") {
      let scalar = utf8.scalar(at: index)
      let isMark =
        scalar.value == UInt32(UInt8(ascii: "+")) || scalar.value == UInt32(UInt8(ascii: "-"))
        || scalar.value == UInt32(UInt8(ascii: "."))
      guard isMark || characters[scalar.value].contains(.word) else { return nil }
      index += scalar.byteCount
      count += 1
    }
    guard count >= 2, index + 2 < end, utf8[index + 1] == UInt8(ascii: "/"), utf8[index + 2] == UInt8(ascii: "/")
    else { return nil }
    return index + 3
  }

  /// Whether all that remains is a host, a port and a path.
  private func isHost(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var hostEnd = start
    while hostEnd < end, !Self.endsHost(utf8[hostEnd]) {
      // No host has one; to stop here keeps a row of them from being read over and over.
      if utf8[hostEnd] == UInt8(ascii: "@") { return false }
      hostEnd += 1
    }
    guard hostEnd - start > 3, isTail(utf8, hostEnd, end) else { return false }
    return isDomain(utf8, start, hostEnd) || isNumeric(utf8, start, hostEnd)
  }

  @inline(__always)
  private static func endsHost(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
  }

  /// `(:\d{2,5})?([/?#]\S*)?$`
  private func isTail(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard start < end, utf8[start] == UInt8(ascii: ":") else { return true }
    var index = start + 1
    var count = 0
    while index < end, characters.classes(in: utf8, at: index).contains(.digit) {
      index += utf8.scalar(at: index).byteCount
      count += 1
    }
    guard 2...5 ~= count else { return false }
    return index == end || (utf8[index] != UInt8(ascii: ":") && Self.endsHost(utf8[index]))
  }

  private func isDomain(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var labelStart = start
    var index = start
    var labelCount = 0
    while index < end {
      if utf8[index] == UInt8(ascii: ".") {
        guard Self.isLabel(utf8, labelStart, index) else { return false }
        labelStart = index + 1
        labelCount += 1
      }
      index += 1
    }
    return labelCount > 0 && isTopLevel(utf8, labelStart, end)
  }

  /// 1 to 64 characters, the first and the last neither `-` nor `_`.
  private static func isLabel(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var index = start
    var count = 0
    var isMark = true
    while index < end {
      let scalar = utf8.scalar(at: index)
      isMark = scalar.value == UInt32(UInt8(ascii: "-")) || scalar.value == UInt32(UInt8(ascii: "_"))
      if isMark ? count == 0 : !isLabelCharacter(scalar.value) { return false }
      index += scalar.byteCount
      count += 1
    }
    return 1...64 ~= count && !isMark
  }

  private static func isLabelCharacter(_ value: UInt32) -> Bool {
    if value >= 0x80 { return 0xA1...0xFFFF ~= value }
    let byte = UInt8(truncatingIfNeeded: value)
    return byte | 0x20 &- UInt8(ascii: "a") < 26 || EnglishAffixes.isDigit(byte)
  }

  private func isTopLevel(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var index = start
    var count = 0
    while index < end {
      guard characters.classes(in: utf8, at: index).contains(.lower) else { return false }
      index += utf8.scalar(at: index).byteCount
      count += 1
    }
    return 2...63 ~= count
  }

  /// Four numbers up to 255 that are no private network's; the first 1 to 223, the last 1 to 254.
  private func isNumeric(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    let parts = utf8[start..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return false }
    var values: [Int] = []
    for (index, part) in parts.enumerated() {
      guard 1...3 ~= part.count, part.allSatisfy(EnglishAffixes.isDigit) else { return false }
      let value = part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
      // Only the two in the middle may begin with 0, and then have two digits at most.
      let isInner = index == 1 || index == 2
      if part.first == UInt8(ascii: "0"), !isInner || part.count == 3 { return false }
      values.append(value)
    }
    guard 1...223 ~= values[0], values[1] <= 255, values[2] <= 255, 1...254 ~= values[3] else { return false }
    switch (values[0], values[1]) {
    case (10, _), (127, _), (169, 254), (192, 168), (172, 16...31): return false
    default: return true
    }
  }
}
