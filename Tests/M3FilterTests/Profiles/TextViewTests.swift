import M3Filter
import M3TestSupport
import Testing

/// What the profiles read off a text, against slow and obvious twins.
@Suite struct TextViewTests {
  private static let alphabet = Array("ab  \n\n.山川é\u{3000}\u{A0}#…").map(String.init)

  private func randomText(_ seed: UInt64, length: Int) -> String {
    var generator = Randomness(seed: seed)
    return (0..<length).map { _ in Self.alphabet.randomElement(using: &generator) ?? "" }.joined()
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func words(seed: UInt64) {
    let text = randomText(seed, length: 60)
    let spaces: Set<Unicode.Scalar> = [" ", "\n", "\u{3000}", "\u{A0}"]
    let expected = text.unicodeScalars.split { spaces.contains($0) }.map {
      String(String.UnicodeScalarView($0))
    }
    let view = FilterText(text).view(SpacedWords.self)
    let bytes = Array(text.utf8)
    #expect(view.words.map { String(decoding: bytes[$0.range], as: UTF8.self) } == expected)
    #expect(view.words.map(\.length) == expected.map(\.unicodeScalars.count))
    #expect(view.textLength == text.unicodeScalars.count)
    #expect(view.wordLength == expected.reduce(0) { $0 + $1.unicodeScalars.count })
    for (left, a) in zip(view.words, expected) {
      for (right, b) in zip(view.words, expected) { #expect((left.hash == right.hash) == (a == b)) }
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func lines(seed: UInt64) {
    let text = randomText(seed, length: 60)
    let expected = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
      String(String.UnicodeScalarView($0))
    }
    let view = FilterText(text).view(NewlineLines.self)
    let bytes = Array(text.utf8)
    #expect(view.lines.map { String(decoding: bytes[$0.range], as: UTF8.self) } == expected)
    #expect(view.lines.map(\.length) == expected.map(\.unicodeScalars.count))
  }

  @Test(arguments: 1...12)
  func characterNGrams(length: Int) {
    for seed in 0..<20 as Range<UInt64> {
      let values = randomText(seed, length: 30).unicodeScalars.map(\.value)
      let runs =
        values.count < length
        ? [] : (0...values.count - length).map { Array(values[$0..<$0 + length]) }
      let counts = Dictionary(grouping: runs) { $0 }.mapValues(\.count)
      let view = CharacterNGrams(values, length: length)
      #expect(view.mostCommonCount == counts.values.max() ?? 0)
      #expect(
        view.duplicateCharacterCount == Set(counts.filter { $0.value > 1 }.keys.joined()).count)
      for (left, a) in zip(view.hashes, runs) {
        for (right, b) in zip(view.hashes, runs) { #expect((left == right) == (a == b)) }
      }
    }
  }

  @Test func wordNGrams() {
    var generator = Randomness(seed: 3)
    let items = (0..<80).map { _ in
      UInt64.random(in: 1...3, using: &generator) &* 0x9E37_79B9_7F4A_7C15
    }
    var hashes = NGramHashes(items)
    for length in 2...10 {
      hashes.lengthen()
      #expect(hashes.count == items.count - length + 1)
      for left in 0..<hashes.count {
        for right in 0..<hashes.count {
          let isEqual = items[left..<left + length].elementsEqual(items[right..<right + length])
          #expect((hashes[left] == hashes[right]) == isEqual)
        }
      }
    }
    hashes.lengthen(to: 200)
    #expect(hashes.count == 0)
  }

  @Test func occurrences() {
    var generator = Randomness(seed: 4)
    let keys = (0..<500).map { _ in UInt64.random(in: 1...200, using: &generator) }
    var table = OccurrenceTable(capacity: keys.count)
    var counts: [UInt64: Int] = [:]
    for key in keys {
      counts[key, default: 0] += 1
      #expect(table.add(key) == counts[key])
    }
    for key in 1...200 as ClosedRange<UInt64> { #expect(table.count(of: key) == counts[key] ?? 0) }
    table.removeAll()
    #expect(table.count(of: keys[0]) == 0)
  }

  @Test func segmentedWords() {
    let mixed = FilterText("The bridge's name: 旧桥，1862.").view(SegmentedWords.self)
    // the, bridge's, name, 旧, 桥 or 旧桥, 1862
    #expect((5...6).contains(mixed.hashes.count))
    let english = FilterText("It's the Bridge, the bridge!").view(SegmentedWords.self)
    #expect(english.hashes.count == 5)
    #expect(english.hashes[2] == english.hashes[4])
    #expect(english.length == 4 + 3 + 6 + 3 + 6)
  }
}
