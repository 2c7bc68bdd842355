import M3Language

/// The rules of MAP-CC that a line must keep.
enum MapCCLines {
  private static let phrases = [
    "javascript", "Javascript", "JAVASCRIPT", "lorem ipsum", "Lorem ipsum", "Lorem Ipsum", "LOREM IPSUM",
  ].map { Array($0.utf8) }

  /// The lines that end in `.`, `!`, `?` or `…`, have no phrase of placeholder pages, and three words or more.
  ///
  /// - Parameter values: code points, full-width marks mapped.
  static func kept(of values: [UInt32]) -> [[UInt32]] {
    values.split(separator: 0x0A).filter { isKept($0) }.map(Array.init)
  }

  private static func isKept(_ line: ArraySlice<UInt32>) -> Bool {
    switch line.last {
    case 0x2E?, 0x21?, 0x3F?, 0x2026?: break
    default: return false
    }
    let bytes = CodePoints.encoded(line)
    let hasPhrase = bytes.withUnsafeBufferPointer { utf8 in
      phrases.contains { phrase in
        utf8.indices.contains { utf8[$0] == phrase[0] && utf8[$0...].starts(with: phrase) }
      }
    }
    return !hasPhrase && MapCCText.wordLengths(of: line).count >= 3
  }
}
