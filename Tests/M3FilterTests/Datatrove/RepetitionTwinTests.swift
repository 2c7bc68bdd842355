import M3Filter
import M3TestSupport
import Testing

/// The shares of n-grams against the definitions on strings.
@Suite struct RepetitionTwinTests {
  @Test(arguments: 0..<40) func shares(seed: UInt64) {
    var random = Randomness(seed: seed)
    // Few words, some of which join to the same letters as others: `bc d` and `b cd`.
    let vocabulary = ["b", "bc", "bcd", "cd", "d", "é", "日本"].prefix(2 + Int(seed % 6))
    let words = (0..<random.integer(below: 120) + 1).map { _ in vocabulary[random.integer(below: vocabulary.count)] }
    let text = words.joined(separator: " ")
    let values = GopherRepetitionProfile().values(of: FilterText(text))
    let length = Double(text.unicodeScalars.count)
    for n in 2...4 {
      #expect(values[n + 3] == Self.topLength(words, n).map { Double($0) / length }, "\(n): \(text)")
    }
    for n in 5...10 {
      #expect(values[n + 3] == Double(Self.duplicateLength(words, n)) / length, "\(n): \(text)")
    }
  }

  private static func topLength(_ words: [String], _ n: Int) -> Int? {
    guard words.count >= n else { return nil }
    let grams = (0...words.count - n).map { words[$0..<$0 + n].joined(separator: " ") }
    let counts = grams.map { gram in grams.count { $0 == gram } }
    guard let most = counts.max(), let first = counts.firstIndex(of: most) else { return nil }
    return grams[first].unicodeScalars.count * most
  }

  private static func duplicateLength(_ words: [String], _ n: Int) -> Int {
    var seen: [String] = []
    var length = 0
    var index = 0
    while index + n <= words.count {
      let gram = words[index..<index + n].joined()
      if seen.contains(gram) {
        length += gram.unicodeScalars.count
        index += n
      } else {
        seen.append(gram)
        index += 1
      }
    }
    return length
  }
}
