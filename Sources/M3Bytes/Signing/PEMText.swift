/// PEM (RFC 7468) as OpenSSL writes it: one block, lines that end in line feeds, Base64 with its padding.
enum PEMText {
  /// Bytes of a key's file at most; an Ed25519 key takes about 120.
  static let sizeLimit = 1 << 16

  /// What stands behind a fixed prefix in the DER of a block.
  ///
  /// Keys of one kind differ in nothing else, so nothing else is parsed.
  /// - Parameters:
  ///   - count: bytes behind the prefix, and no more.
  ///   - what: the kind of key, for the refusal.
  /// - Throws: ``FormatError`` where there is another block, text around it, or DER of another kind or length. It does not
  ///   quote the text: that may be a secret.
  static func body(
    _ text: [UInt8], label: String, prefix: [UInt8], count: Int, what: String
  ) throws(FormatError) -> [UInt8] {
    let refusal = FormatError(.malformed("not an \(what) in PEM (`-----BEGIN \(label)-----`)"), field: "key")
    var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count >= 3, lines.first!.elementsEqual("-----BEGIN \(label)-----".utf8),
      lines.last!.elementsEqual("-----END \(label)-----".utf8),
      let der = Base64Text.bytes(lines[1..<lines.count - 1].joined()), der.count == prefix.count + count,
      der.starts(with: prefix)
    else { throw refusal }
    return Array(der[prefix.count...])
  }
}

/// Base64 (RFC 4648, section 4).
enum Base64Text {
  /// The bytes, or nil for another character, a length that is no multiple of 4, or padding bits that are not zero.
  static func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
    let text = Array(text)
    guard text.count % 4 == 0 else { return nil }
    let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding <= 2 else { return nil }
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount = 0
    for character in text.dropLast(padding) {
      guard let value = value(character) else { return nil }
      bits = bits << 6 | value
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        bits &= 1 << UInt32(bitCount) - 1
      }
    }
    return bits == 0 ? bytes : nil
  }

  private static func value(_ character: UInt8) -> UInt32? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
