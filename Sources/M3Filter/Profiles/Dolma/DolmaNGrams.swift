/// What dolma's Gopher tagger measures of runs of 2, 3 ... 10 words, one length after another.
struct DolmaNGrams {
  private let words: [SpacedWords.Word]
  private let wordLength: Int
  private var hashes: NGramHashes
  private var table: OccurrenceTable
  /// The characters of the words before each word.
  private let lengthBefore: [Int]

  init(_ text: FilterText) {
    let view = text.view(SpacedWords.self)
    words = view.words
    wordLength = view.wordLength
    hashes = NGramHashes(words.map(\.hash))
    table = OccurrenceTable(capacity: words.count)
    var before = [0]
    before.reserveCapacity(words.count + 1)
    for word in words { before.append(before[before.count - 1] + word.length) }
    lengthBefore = before
  }

  /// The value for runs of one word more; nil where the text has no such run.
  mutating func nextShare() -> Double? {
    guard hashes.length < words.count else { return nil }
    hashes.lengthen()
    table.removeAll()
    for index in 0..<hashes.count { table.add(hashes[index]) }
    return hashes.length <= 4 ? mostCommonShare : duplicateShare
  }

  private func length(at index: Int) -> Int {
    lengthBefore[index + hashes.length] - lengthBefore[index]
  }

  /// Occurrences × characters of the most frequent run, of equals the first, over the characters of all words.
  private var mostCommonShare: Double {
    var most = 0
    var place = 0
    for index in 0..<hashes.count {
      let count = table.count(of: hashes[index])
      if count > most { (most, place) = (count, index) }
    }
    return Double(most * length(at: place)) / Double(max(1, wordLength))
  }

  /// The characters of all occurrences of the runs that stand twice or more, over those of all runs.
  private var duplicateShare: Double {
    var all = 0
    var duplicate = 0
    for index in 0..<hashes.count {
      let length = length(at: index)
      all += length
      if table.count(of: hashes[index]) > 1 { duplicate += length }
    }
    return Double(duplicate) / Double(max(1, all))
  }
}
