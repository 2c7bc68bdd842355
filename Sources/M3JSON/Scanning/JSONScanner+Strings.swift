public import M3Bytes

/// Where a string stands in a scanner's bytes; it was checked when it was read.
public struct JSONStringToken: Sendable, Equatable {
  /// The bytes between the quotes.
  public let range: Range<Int>
  public let hasEscapes: Bool
  /// Whether U+0000 is among the escapes, the only way in which it can stand in JSON.
  public let hasNUL: Bool
}

extension JSONScanner {
  /// Reads the string that comes next: escapes, surrogate pairs and UTF-8 are checked.
  public mutating func scanString() throws(FormatError) -> JSONStringToken {
    skipWhitespace()
    guard position < bytes.count else { throw truncated() }
    guard bytes[position] == UInt8(ascii: "\"") else { throw malformed("a string expected") }
    position += 1
    let start = position
    var hasEscapes = false
    var hasNUL = false
    while true {
      switch UTF8Scanner.scan(bytes, from: position) {
      case .stopped(let offset): position = offset
      case .invalid(let offset): throw malformed("not UTF-8", at: offset)
      }
      guard position < bytes.count else { throw truncated() }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return JSONStringToken(range: start..<position - 1, hasEscapes: hasEscapes, hasNUL: hasNUL)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        if try skipEscape() == 0 { hasNUL = true }
      default:
        throw malformed("a control character that is not escaped")
      }
    }
  }

  /// The string's text.
  public mutating func string(_ token: JSONStringToken) -> String {
    let content = UnsafeBufferPointer(rebasing: bytes[token.range])
    guard token.hasEscapes else { return UTF8Scanner.string(valid: content) }
    // What is decoded is never longer than what stands there.
    guard content.count <= JSONScanner.scratchLimit else { return string(decoding: token) }
    if scratch.count < content.count { scratch = [UInt8](repeating: 0, count: max(4096, content.count * 2)) }
    return scratch.withUnsafeMutableBufferPointer { buffer in
      let count = JSONEscapes.decode(content, into: buffer)
      return UTF8Scanner.string(valid: UnsafeBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// Strings above it are decoded straight into their own memory.
  private static let scratchLimit = 1 << 20

  /// The text of a string with or without escapes, without the scratch room.
  func string(decoding token: JSONStringToken) -> String {
    let content = UnsafeBufferPointer(rebasing: bytes[token.range])
    return String(unsafeUninitializedCapacity: content.count) { JSONEscapes.decode(content, into: $0) }
  }

  /// - Returns: the code unit of a `\u` escape, or the letter of another one.
  @inline(__always)
  private mutating func skipEscape() throws(FormatError) -> UInt16 {
    let start = position
    guard start + 1 < bytes.count else { throw truncated() }
    let letter = bytes[start + 1]
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      position = start + 2
      return UInt16(letter)
    case UInt8(ascii: "u"):
      return try skipUnicodeEscape()
    default:
      throw malformed("an unknown escape")
    }
  }

  private mutating func skipUnicodeEscape() throws(FormatError) -> UInt16 {
    let start = position
    let unit = try codeUnit(at: start)
    position = start + 6
    guard unit & 0xF800 == 0xD800 else { return unit }
    guard unit < 0xDC00 else { throw malformed("a low surrogate without a high one", at: start) }
    guard position < bytes.count else { throw truncated() }
    guard bytes[position] == UInt8(ascii: "\\") else {
      throw malformed("a high surrogate without a low one", at: start)
    }
    guard position + 1 < bytes.count else { throw truncated() }
    guard bytes[position + 1] == UInt8(ascii: "u") else {
      throw malformed("a high surrogate without a low one", at: start)
    }
    guard try codeUnit(at: position) & 0xFC00 == 0xDC00 else {
      throw malformed("a high surrogate without a low one", at: start)
    }
    position += 6
    return unit
  }

  /// The four digits of the `\uXXXX` at `offset`.
  private func codeUnit(at offset: Int) throws(FormatError) -> UInt16 {
    for index in offset + 2..<offset + 6 {
      guard index < bytes.count else { throw truncated() }
      guard JSONEscapes.digit(bytes[index]) != nil else { throw malformed("a hexadecimal digit expected", at: index) }
    }
    return JSONEscapes.codeUnit(bytes, at: offset)
  }
}
