import M3Bytes
import M3Filter
import Testing

/// The share of running prose against a slow version that splits strings.
@Suite struct RunningProseTests {
  private static let pieces = ["river", "a", "bridge", "山", "山川", "日月水", ",", "、", "-", "'", "1", "=", "(", "\n"]
  private static let spaces = ["", " ", " ", " ", " ", " ", " ", " ", "  ", "\n", "\n\n"]

  /// Words and letters of an unspaced script, marks and line ends, more often words.
  private static func text(_ generator: inout SplitMix64) -> String {
    var text = ""
    for _ in 0..<120 {
      let piece = generator.next() % 4 == 0 ? Int(generator.next() % UInt64(pieces.count)) : 0
      text += pieces[piece] + spaces[Int(generator.next() % UInt64(spaces.count))]
    }
    return text
  }

  @Test(arguments: [UInt64](1...200))
  func sameAsTwin(seed: UInt64) throws {
    var generator = SplitMix64(state: seed)
    let text = Self.text(&generator)
    let value = try #require(Measured(text, by: ReferenceProfile())["min_prose_fraction"])
    #expect(abs(value - Self.share(text)) < 1e-12, "\(text)")
  }

  /// Some of the texts have both, or the test above says little.
  @Test func textsAreMixed() {
    let shares = (1...200).map { seed in
      var generator = SplitMix64(state: UInt64(seed))
      return Self.share(Self.text(&generator))
    }
    #expect(shares.contains { $0 > 0.2 && $0 < 0.8 } && shares.contains(0))
  }

  private static func share(_ text: String) -> Double {
    let all = paragraphs(text)
    let running = all.filter { words($0) >= 15 && clauses($0).contains { words($0) >= 6 } }
    return running.reduce(0) { $0 + words($1) } / all.reduce(0) { $0 + words($1) }
  }

  private static func paragraphs(_ text: String) -> [String] {
    var paragraphs = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let columns = String(line).split(separator: /[ ]{2,}/, omittingEmptySubsequences: false)
      paragraphs[paragraphs.count - 1] += columns[0]
      paragraphs += columns.dropFirst().map(String.init)
      let width = line.reduce(0) { $0 + ($1 == " " ? 0 : isUnspaced($1) ? 3 : 1) }
      if width < 40 { paragraphs.append("") } else { paragraphs[paragraphs.count - 1] += "\n" }
    }
    return paragraphs
  }

  private static func clauses(_ paragraph: String) -> [String] {
    paragraph.split { ",、=(".contains($0) }.map(String.init)
  }

  private static func words(_ text: String) -> Double {
    let spaced = text.split { !$0.isLetter || isUnspaced($0) }.count
    return Double(spaced) + Double(text.count(where: isUnspaced)) / 2
  }

  private static func isUnspaced(_ character: Character) -> Bool { "山川日月水".contains(character) }
}
