/// The n-grams of a text that came before, for one n after another.
struct DuplicateWords {
  private let words: WordHashes
  /// Of the n-gram that begins at each word.
  private var hashes: [UInt64]
  private var n = 1
  private var seen: HashSet

  init(_ words: WordHashes) {
    self.words = words
    hashes = words.values
    seen = HashSet(capacity: words.count)
  }

  /// The code points of n-grams that came before. An n-gram is its words joined without anything between them; behind
  /// one that came before the search goes on with the first word after it. This is datatrove's `find_all_duplicate`.
  ///
  /// - Parameter n: not less than in the call before.
  mutating func length(_ n: Int) -> Int {
    while self.n < n { lengthen() }
    seen.removeAll()
    var length = 0
    var index = 0
    while index < hashes.count {
      let hash = hashes[index]
      if seen.insert((hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93) {
        index += 1
      } else {
        length += words.length(from: index, count: n)
        index += n
      }
    }
    return length
  }

  private mutating func lengthen() {
    n += 1
    hashes.removeLast(hashes.count - max(0, words.count - n + 1))
    for index in hashes.indices {
      let last = index + n - 1
      hashes[index] = hashes[index] &* words.powers[last] &+ words.values[last]
    }
  }
}
