/// Lower-case hexadecimal, two digits a byte: the form in which hashes are printed and stored.
public enum Hexadecimal {
  public static func string(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }

  public static func string<T: FixedWidthInteger & UnsignedInteger>(_ value: T) -> String {
    withUnsafeBytes(of: value.bigEndian) { string($0) }
  }

  /// The bytes, or nil where the text is not pairs of lower-case hexadecimal digits.
  public static func bytes(_ text: String) -> [UInt8]? {
    let values = text.utf8.map { byte -> UInt8? in
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x61 + 10
      default: nil
      }
    }
    guard values.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: values.count, by: 2) {
      guard let high = values[index], let low = values[index + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static let digits = Array("0123456789abcdef")
}
