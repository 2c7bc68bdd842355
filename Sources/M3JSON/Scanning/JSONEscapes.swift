#if canImport(Glibc)
  import Glibc
#endif

/// The escapes of JSON strings, both ways.
package enum JSONEscapes {
  /// Appends a text as a JSON string, quotes included: `"`, `\` and the characters below U+0020 are
  /// escaped, with the short form where there is one, and nothing else.
  package static func append(_ text: String, to output: inout [UInt8]) {
    var text = text
    text.withUTF8 { append($0, to: &output) }
  }

  package static func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    output.append(quote)
    var done = 0
    while done < text.count {
      let stop = UTF8Scanner.firstStop(text, from: done)
      if stop > done { output.append(contentsOf: UnsafeBufferPointer(rebasing: text[done..<stop])) }
      if stop < text.count { append(escaping: text[stop], to: &output) }
      done = stop + 1
    }
    output.append(quote)
  }

  private static func append(escaping byte: UInt8, to output: inout [UInt8]) {
    output.append(backslash)
    switch byte {
    case quote, backslash: output.append(byte)
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x09: output.append(UInt8(ascii: "t"))
    case 0x0A: output.append(UInt8(ascii: "n"))
    case 0x0C: output.append(UInt8(ascii: "f"))
    case 0x0D: output.append(UInt8(ascii: "r"))
    default:
      output.append(contentsOf: "u00".utf8)
      for nibble in [byte >> 4, byte & 15] {
        output.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
      }
    }
  }

  /// Decodes the checked content of a string, which is never longer than what stands there.
  /// - Returns: the number of bytes written.
  static func decode(_ content: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
    guard let source = content.baseAddress, let target = output.baseAddress else { return 0 }
    var read = 0
    var written = 0
    while read < content.count {
      let next = memchr(source + read, Int32(backslash), content.count - read)
      let stop = next.map { UnsafeRawPointer($0) - UnsafeRawPointer(source) } ?? content.count
      memcpy(target + written, source + read, stop - read)
      written += stop - read
      read = stop
      if read < content.count { decodeEscape(content, &read, target, &written) }
    }
    return written
  }

  @inline(__always)
  private static func decodeEscape(
    _ content: UnsafeBufferPointer<UInt8>, _ read: inout Int, _ target: UnsafeMutablePointer<UInt8>,
    _ written: inout Int
  ) {
    let letter = content[read + 1]
    if letter != UInt8(ascii: "u") {
      target[written] = shortForm(letter)
      written += 1
      read += 2
      return
    }
    var scalar = UInt32(codeUnit(content, at: read))
    read += 6
    if scalar & 0xFC00 == 0xD800 {
      scalar = 0x10000 + (scalar & 0x3FF) << 10 + UInt32(codeUnit(content, at: read)) & 0x3FF
      read += 6
    }
    for unit in UTF8.encode(Unicode.Scalar(scalar)!)! {
      target[written] = unit
      written += 1
    }
  }

  private static func shortForm(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: letter
    }
  }

  /// The four checked digits of the `\uXXXX` at `offset`.
  static func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> UInt16 {
    bytes[offset + 2..<offset + 6].reduce(0) { $0 << 4 | UInt16(digit($1) ?? 0) }
  }

  /// The value of a hexadecimal digit of either case.
  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")
}
