/// What C4's rules look for in a line, in lower case.
struct C4Phrases: OptionSet {
  let rawValue: UInt8

  static let loremIpsum = C4Phrases(rawValue: 1)
  static let javaScript = C4Phrases(rawValue: 2)
  static let curlyBracket = C4Phrases(rawValue: 4)
  /// Terms of use, privacy and cookies.
  static let policy = C4Phrases(rawValue: 8)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Those of a line.
  init(in line: UnsafeBufferPointer<UInt8>) {
    self = []
    for index in line.indices where Self.isRare(line[index]) { insert(around: index, of: line) }
  }

  /// `f`, `j`, `k`, `p`, `v` and the curly bracket, one of which is in each phrase, and what begins the Kelvin sign.
  @inline(__always)
  private static func isRare(_ byte: UInt8) -> Bool {
    byte >= 0x40 && (byte < 0x80 ? 0x0841_0C40 as UInt32 >> UInt32(byte & 31) & 1 != 0 : byte == 0xE2)
  }

  private mutating func insert(around index: Int, of line: UnsafeBufferPointer<UInt8>) {
    func holds(_ text: StaticString, at offset: Int) -> Bool {
      index >= offset && Self.begins(line, index - offset, with: text)
    }
    switch line[index] {
    case UInt8(ascii: "{"):
      insert(.curlyBracket)
    case UInt8(ascii: "j"), UInt8(ascii: "J"):
      if holds("javascript", at: 0) { insert(.javaScript) }
    case UInt8(ascii: "p"), UInt8(ascii: "P"):
      if holds("lorem ipsum", at: 7) { insert(.loremIpsum) }
    case UInt8(ascii: "f"), UInt8(ascii: "F"):
      if holds("terms of use", at: 7) { insert(.policy) }
    case UInt8(ascii: "v"), UInt8(ascii: "V"):
      if holds("privacy policy", at: 3) { insert(.policy) }
    case UInt8(ascii: "k"), UInt8(ascii: "K"), 0xE2:
      let isNamed =
        holds("cookie policy", at: 3) || holds("use cookies", at: 7) || holds("uses cookies", at: 8)
        || holds("use of cookies", at: 10)
      if isNamed { insert(.policy) }
    default:
      break
    }
  }

  /// The Kelvin sign, too, is a `k` in lower case; no other character beyond ASCII becomes a letter of these.
  private static func begins(_ line: UnsafeBufferPointer<UInt8>, _ start: Int, with text: StaticString) -> Bool {
    var index = start
    for position in 0..<text.utf8CodeUnitCount {
      guard index < line.count else { return false }
      let wanted = text.utf8Start[position]
      let byte = line[index]
      let isUpper = byte &- UInt8(ascii: "A") < 26
      if byte == wanted || isUpper && byte | 0x20 == wanted {
        index += 1
      } else if wanted == UInt8(ascii: "k"), index + 2 < line.count, byte == 0xE2, line[index + 1] == 0x84,
        line[index + 2] == 0xAA
      {
        index += 3
      } else {
        return false
      }
    }
    return true
  }
}
