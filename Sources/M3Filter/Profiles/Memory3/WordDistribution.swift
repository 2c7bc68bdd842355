import Glibc

/// How a text's words are spread over its distinct words.
struct WordDistribution {
  let distinct: Int
  /// −Σ p ln p over the distinct words, in nats; 0 of none.
  let entropy: Double

  /// - Parameter words: the words' hashes.
  init(_ words: [UInt64]) {
    var table = OccurrenceTable(capacity: words.count)
    for word in words { table.add(word) }
    let total = Double(words.count)
    var seen = OccurrenceTable(capacity: words.count)
    var distinct = 0
    var entropy = 0.0
    for word in words where seen.add(word) == 1 {
      distinct += 1
      let share = Double(table.count(of: word)) / total
      entropy -= share * log(share)
    }
    self.distinct = distinct
    self.entropy = entropy
  }
}
