/// A run of white space, or of anything else.
struct EnglishChunk {
  /// What a chunk holds.
  struct Contents: OptionSet {
    let rawValue: UInt8

    /// ASCII letters.
    static let letter = Contents(rawValue: 1)
    /// ASCII digits.
    static let digit = Contents(rawValue: 2)
    /// A full stop.
    static let stop = Contents(rawValue: 4)
    /// Other ASCII characters.
    static let mark = Contents(rawValue: 8)
    /// Characters outside ASCII.
    static let wide = Contents(rawValue: 16)
    static let space = Contents(rawValue: 128)
  }

  /// Where it ends.
  var end: Int
  var contents: Contents

  var isSpace: Bool {
    @inline(__always) get { contents == .space }
  }

  /// The chunk that begins at `start`.
  @inline(__always)
  init(in utf8: UnsafeBufferPointer<UInt8>, from start: Int) {
    let first = Self.character(utf8, start)
    contents = first.contents
    end = start + first.byteCount
    let isSpace = contents == .space
    while end < utf8.count {
      if utf8[end] | 0x20 &- UInt8(ascii: "a") < 26 {
        if isSpace { break }
        contents.formUnion(.letter)
        end += 1
        continue
      }
      if utf8[end] == UInt8(ascii: " ") {
        if !isSpace { break }
        end += 1
        continue
      }
      let next = Self.character(utf8, end)
      if (next.contents == .space) != isSpace { break }
      contents.formUnion(next.contents)
      end += next.byteCount
    }
  }

  @inline(__always)
  private static func character(_ utf8: UnsafeBufferPointer<UInt8>, _ index: Int) -> (
    contents: Contents, byteCount: Int
  ) {
    let byte = utf8[index]
    if byte | 0x20 &- UInt8(ascii: "a") < 26 { return (.letter, 1) }
    if byte < 0x80 { return (ascii(byte), 1) }
    // Of the lead bytes only these begin white space.
    if byte == 0xC2 || byte == 0xE1 || byte == 0xE2 || byte == 0xE3 {
      let scalar = utf8.scalar(at: index)
      return (EnglishCharacters.shared[scalar.value].contains(.space) ? .space : .wide, scalar.byteCount)
    }
    return (.wide, 1)
  }

  @inline(__always)
  private static func ascii(_ byte: UInt8) -> Contents {
    switch byte {
    case 0x20, 0x09...0x0D, 0x1C...0x1F: .space
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
    case UInt8(ascii: "."): .stop
    default: .mark
    }
  }
}
