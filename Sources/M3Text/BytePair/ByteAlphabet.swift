/// The spelling of byte-level BPE: each byte is one printable character.
///
/// `!`…`~`, `¡`…`¬` and `®`…`ÿ` stand for themselves; the other 68 bytes are U+0100, U+0101 … in
/// ascending order, so that a space is `Ġ` and a line feed `Ċ` (GPT-2's `bytes_to_unicode`).
package enum ByteAlphabet {
  /// The character of each byte.
  package static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      if standsForItself(byte) { return Unicode.Scalar(byte) }
      defer { next += 1 }
      // U+0100 to U+0143: no surrogates.
      return Unicode.Scalar(next)!
    }
  }()

  /// The byte of each character from U+0000 to U+0143; nil for a character outside of the alphabet.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  private static func standsForItself(_ byte: UInt8) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
  }

  /// The bytes that a vocabulary entry stands for; nil if a character of it is not in the alphabet.
  package static func bytes(of spelling: [UInt8]) -> [UInt8]? {
    spelling.withUnsafeBufferPointer { utf8 in
      var result: [UInt8] = []
      result.reserveCapacity(utf8.count)
      var index = 0
      while index < utf8.count {
        let scalar = utf8.scalar(at: index)
        guard scalar.value < bytes.count, let byte = bytes[Int(scalar.value)] else { return nil }
        result.append(byte)
        index += scalar.byteCount
      }
      return result
    }
  }
}
