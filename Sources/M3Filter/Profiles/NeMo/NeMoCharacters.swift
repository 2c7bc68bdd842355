import M3Text

/// What NeMo Curator measures of characters, over the text's length in code points; 1 for an empty text.
struct NeMoCharacters {
  /// What is none of `a-zA-Z0-9?!,.` and line feed.
  private(set) var notAlphanumeric = 1.0
  /// `0` to `9`.
  private(set) var digits = 1.0
  /// The characters of links.
  private(set) var links = 1.0
  /// Tabs, line ends, backspaces and spaces.
  private(set) var spaces = 1.0
  /// Brackets: round, square, curly, and the mathematical angle.
  private(set) var parentheses = 1.0

  init(_ text: FilterText) {
    guard !text.bytes.isEmpty else { return }
    var counts = Counts()
    text.bytes.withUnsafeBufferPointer { counts.read($0) }
    let all = Double(counts.all)
    notAlphanumeric = Double(counts.all - counts.alphanumeric) / all
    digits = Double(counts.digits) / all
    links = Double(counts.links) / all
    spaces = Double(counts.spaces) / all
    parentheses = Double(counts.parentheses) / all
  }

  private struct Counts {
    var all = 0
    var alphanumeric = 0
    var digits = 0
    var links = 0
    var spaces = 0
    var parentheses = 0

    mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
      var index = 0
      var linkEnd = 0
      while index < utf8.count {
        let scalar = utf8.scalar(at: index)
        if scalar.value == 0x68, index >= linkEnd, let end = NeMoLink.end(at: index, in: utf8) {
          // A link has ASCII characters only.
          links += end - index
          linkEnd = end
        }
        count(scalar.value)
        index += scalar.byteCount
      }
    }

    private mutating func count(_ value: UInt32) {
      all += 1
      switch value {
      case 0x30...0x39:
        digits += 1
        alphanumeric += 1
      case 0x41...0x5A, 0x61...0x7A, 0x3F, 0x21, 0x2C, 0x2E: alphanumeric += 1
      case 0x0A:
        alphanumeric += 1
        spaces += 1
      case 0x08, 0x09, 0x0D, 0x20: spaces += 1
      case 0x28, 0x29, 0x5B, 0x5D, 0x7B, 0x7D, 0x27E8, 0x27E9: parentheses += 1
      default: break
      }
    }
  }
}

/// A link as NeMo Curator finds one: `http://` or `https://` and what may follow.
enum NeMoLink {
  /// The byte behind the link that begins at an `h`; nil where none does.
  static func end(at start: Int, in utf8: UnsafeBufferPointer<UInt8>) -> Int? {
    func matches(_ literal: StaticString, at index: Int) -> Bool {
      let count = literal.utf8CodeUnitCount
      guard index + count <= utf8.count else { return false }
      return (0..<count).allSatisfy { literal.utf8Start[$0] == utf8[index + $0] }
    }
    guard matches("http", at: start) else { return nil }
    var index = start + 4
    if matches("s", at: index) { index += 1 }
    guard matches("://", at: index) else { return nil }
    index += 3
    let body = index
    while index < utf8.count, isLinkByte(utf8[index]) { index += 1 }
    return index > body ? index : nil
  }

  /// `!`, `$` to `_`, and small letters: `[$-_@.&+]` is a range.
  private static func isLinkByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x24...0x5F, 0x61...0x7A: true
    default: false
    }
  }
}
