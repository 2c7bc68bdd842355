/// What the rules of English words tell apart, for every code point: pages of 256 code points, equal pages once.
package struct EnglishCharacters: Sendable {
  package struct Classes: OptionSet, Sendable {
    package let rawValue: UInt16

    @inline(__always)
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Separates chunks: what Python's `str.isspace` takes for white space.
    package static let space = Classes(rawValue: 1 << 0)
    /// Split off at the beginning of a chunk.
    static let prefix = Classes(rawValue: 1 << 1)
    /// Split off at the end of a chunk.
    static let suffix = Classes(rawValue: 1 << 2)
    /// Split off inside a chunk: symbols, and `…`.
    static let icon = Classes(rawValue: 1 << 3)
    /// spaCy's `ALPHA`.
    static let alpha = Classes(rawValue: 1 << 4)
    /// spaCy's `ALPHA_LOWER`, which has the scripts without case as well.
    static let lower = Classes(rawValue: 1 << 5)
    /// spaCy's `ALPHA_UPPER`, which has the scripts without case as well.
    static let upper = Classes(rawValue: 1 << 6)
    static let quote = Classes(rawValue: 1 << 7)
    /// Behind which a full stop is split off the end.
    static let beforeStop = Classes(rawValue: 1 << 8)
    /// `\d` of Python.
    package static let digit = Classes(rawValue: 1 << 9)
    /// `\w` of Python.
    static let word = Classes(rawValue: 1 << 10)
    /// General categories P*.
    static let punctuation = Classes(rawValue: 1 << 11)
    /// Ends a sentence where it is a token.
    static let sentenceEnd = Classes(rawValue: 1 << 12)
    /// General categories L*: `str.isalpha` of Python.
    package static let letter = Classes(rawValue: 1 << 13)
    /// Split off behind a digit.
    static let currency = Classes(rawValue: 1 << 14)
  }

  /// Page number of each 256 code points.
  private let pages: [UInt16]
  /// Classes, page after page; page 0 is U+0000 to U+00FF.
  private let classes: [Classes]

  package static let shared = EnglishCharacters()

  private init() {
    var all: [Classes] = []
    all.reserveCapacity(0x110000)
    for run in Self.runs.utf8.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
      let numbers = run.split(separator: UInt8(ascii: ":")).map(Self.hexadecimal)
      all.append(contentsOf: repeatElement(Classes(rawValue: UInt16(numbers[1])), count: numbers[0]))
    }
    precondition(all.count == 0x110000)
    var pages: [UInt16] = []
    var classes: [Classes] = []
    var known: [[UInt16]: UInt16] = [:]
    for first in stride(from: 0, to: all.count, by: 256) {
      let page = all[first..<first + 256]
      // Most pages equal the one before; to compare is faster than to hash.
      if let last = pages.last, page.elementsEqual(all[first - 256..<first]) {
        pages.append(last)
        continue
      }
      let values = page.map(\.rawValue)
      let number = known[values] ?? UInt16(known.count)
      if known.updateValue(number, forKey: values) == nil { classes += page }
      pages.append(number)
    }
    self.pages = pages
    self.classes = classes
  }

  private static func hexadecimal(_ digits: Substring.UTF8View) -> Int {
    digits.reduce(0) { $0 << 4 | Int($1 < UInt8(ascii: "a") ? $1 - UInt8(ascii: "0") : $1 - UInt8(ascii: "a") + 10) }
  }

  /// The classes of a code point, in constant time; none for anything beyond Unicode.
  @inline(__always)
  package subscript(_ value: UInt32) -> Classes {
    if value < 0x100 { return classes[Int(value)] }
    guard value < 0x110000 else { return [] }
    return classes[Int(pages[Int(value >> 8)]) << 8 | Int(value & 0xFF)]
  }

  /// The classes of the code point at `index`.
  @inline(__always)
  package func classes(in utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Classes {
    let byte = utf8[index]
    return byte < 0x80 ? classes[Int(byte)] : self[utf8.scalar(at: index).value]
  }

  /// The classes of the code point that ends at `index`, greater than 0.
  @inline(__always)
  func classes(in utf8: UnsafeBufferPointer<UInt8>, before index: Int) -> Classes {
    let byte = utf8[index - 1]
    return byte < 0x80 ? classes[Int(byte)] : self[utf8.scalar(before: index).value]
  }
}
