/// The most frequent n-grams of a text, for one n after another.
struct RepeatedWords {
  private let words: WordHashes
  /// The words' hashes, mixed so that where one word ends and the next begins matters.
  private let mixed: [UInt64]
  private var counter: HashCounter

  init(_ words: WordHashes) {
    self.words = words
    mixed = words.values.map { ($0 ^ $0 >> 29) &* 0x94D0_49BB_1331_11EB }
    counter = HashCounter(capacity: words.count)
  }

  /// The code points of the most frequent n-gram, its words joined by spaces, times how often it comes: of several the
  /// first. Nil where there is no n-gram. This is datatrove's `find_top_duplicate`.
  mutating func topLength(_ n: Int) -> Int? {
    let gramCount = words.count - n + 1
    guard gramCount > 0 else { return nil }
    counter.removeAll()
    var top = (count: 0, first: 0)
    for index in 0..<gramCount {
      var hash: UInt64 = 0
      for word in index..<index + n { hash = hash &* 0x9FB2_1C65_1E98_DF25 &+ mixed[word] }
      hash ^= hash >> 32
      let seen = counter.add(hash &* 0xD6E8_FEB8_6659_FD93, index: index)
      if seen.count > top.count || seen.count == top.count && seen.first < top.first { top = seen }
    }
    return (words.length(from: top.first, count: n) + n - 1) * top.count
  }
}
