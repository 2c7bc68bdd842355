/// What NeMo Curator measures of runs of 2, 3 ... 10 words, one length after another, over the text's length in code
/// points.
struct NeMoNGrams {
  private let bytes: [UInt8]
  private let words: [SpacedWords.Word]
  private let textLength: Int
  private var hashes: NGramHashes
  private var table: OccurrenceTable

  init(_ text: FilterText) {
    let view = text.view(SpacedWords.self)
    bytes = text.bytes
    words = view.words
    textLength = view.textLength
    hashes = NGramHashes(words.map(\.hash))
    table = OccurrenceTable(capacity: words.count)
  }

  /// The value for runs of one word more; 1 where the text has no such run.
  mutating func nextShare() -> Double {
    hashes.lengthen()
    guard hashes.length <= words.count else { return 1 }
    table.removeAll()
    let characters = hashes.length <= 4 ? mostCommonLength() : duplicateLength()
    return Double(characters) / Double(textLength)
  }

  /// The characters that go when the most frequent run, its words joined by single spaces, is taken out of the text.
  private mutating func mostCommonLength() -> Int {
    for index in 0..<hashes.count { table.add(hashes[index]) }
    var most = 0
    var place = 0
    for index in 0..<hashes.count {
      let count = table.count(of: hashes[index])
      if count > most { (most, place) = (count, index) }
    }
    let run = words[place..<place + hashes.length]
    let needle = run.map { bytes[$0.range] }.joined(separator: [0x20])
    let length = run.reduce(run.count - 1) { $0 + $1.length }
    return length * occurrences(of: Array(needle))
  }

  /// Those that do not overlap, from the left.
  private func occurrences(of needle: [UInt8]) -> Int {
    bytes.withUnsafeBufferPointer { text in
      var count = 0
      var start = 0
      while start + needle.count <= text.count {
        if text[start] == needle[0], (1..<needle.count).allSatisfy({ text[start + $0] == needle[$0] }) {
          count += 1
          start += needle.count
        } else {
          start += 1
        }
      }
      return count
    }
  }

  /// The characters of runs seen before, those of overlapping ones once, with the spaces between their words.
  private mutating func duplicateLength() -> Int {
    let n = hashes.length
    var length = 0
    var overlap = 0
    for index in 0..<hashes.count {
      if table.add(hashes[index]) > 1 {
        for place in overlap..<n { length += words[index + place].length }
        length += min(n - overlap, n - 1)
        overlap = n
      }
      overlap = max(overlap - 1, 0)
    }
    return length
  }
}
