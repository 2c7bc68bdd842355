import M3Text

/// One line as C4's rules see it: without white space around it and without marks of citations.
struct C4Line {
  private let terminalPunctuation: Bool
  private let minimumWordsPerLine: Int
  private let maximumWordLength: Int
  /// Without white space at its ends.
  private(set) var range = 0..<0
  /// Without marks of citations, where it has some.
  private(set) var withoutCitations: [UInt8]?
  /// What it names.
  private(set) var phrases: C4Phrases = []

  init(profile: C4Profile) {
    terminalPunctuation = profile.terminalPunctuation
    minimumWordsPerLine = profile.minimumWordsPerLine
    maximumWordLength = profile.maximumWordLength
  }

  /// Reads a line. Returns false where its end or its words leave it out, whatever it names.
  mutating func read(_ line: Range<Int>, of utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    let bytes = TextBytes(utf8)
    range = bytes.stripped(line)
    withoutCitations = nil
    phrases = []
    // The end alone decides first: it is the cheapest. Only a citation's mark can hide another end.
    if terminalPunctuation, range.isEmpty || utf8[range.upperBound - 1] != UInt8(ascii: "]") {
      guard Self.hasTerminalPunctuation(UnsafeBufferPointer(rebasing: utf8[range])) else { return false }
    }
    guard hasFittingWords(utf8) else { return false }
    withoutCitations = C4Citations.removed(from: UnsafeBufferPointer(rebasing: utf8[range]))
    if let withoutCitations {
      return withoutCitations.withUnsafeBufferPointer { finish($0) }
    }
    return finish(UnsafeBufferPointer(rebasing: utf8[range]))
  }

  private mutating func finish(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    if terminalPunctuation, !Self.hasTerminalPunctuation(line) { return false }
    phrases = C4Phrases(in: line)
    return true
  }

  /// The line without marks of citations.
  func bytes(of utf8: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    withoutCitations ?? Array(utf8[range])
  }

  private static func hasTerminalPunctuation(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let last = line.last else { return false }
    switch last {
    case UInt8(ascii: "?"), UInt8(ascii: "!"), UInt8(ascii: "\""), UInt8(ascii: "'"): return true
    case UInt8(ascii: "."): return !TextBytes(line).ends(0..<line.count, with: "...")
    default: return false
    }
  }

  /// Whether there are words enough, by white space, and none too long.
  private func hasFittingWords(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    var count = 0
    var index = range.lowerBound
    while index < range.upperBound {
      let start = index
      while index < range.upperBound {
        let byte = utf8[index]
        if byte > 0x20, byte < 0x80 {
          index += 1
          continue
        }
        if byte == 0x20 { break }
        let scalar = utf8.scalar(at: index)
        if PythonCharacters.isSpace(scalar.value) { break }
        index += scalar.byteCount
      }
      if index > start { count += 1 }
      if index - start > maximumWordLength, ScalarCount.count(utf8[start..<index]) > maximumWordLength { return false }
      if index < range.upperBound { index += utf8[index] < 0x80 ? 1 : utf8.scalar(at: index).byteCount }
    }
    return count >= minimumWordsPerLine
  }
}
