import M3Dedupe
import M3TestSupport

/// Random texts, among them copies of others with more and more words changed.
struct PlantedTexts {
  private(set) var texts: [(id: String, text: String)] = []
  private var randomness: Randomness

  /// - Parameters:
  ///   - originals: texts that are copied from none.
  ///   - copies: near-duplicates of them, shuffled among the originals.
  ///   - changes: words that are changed in a copy, at most.
  init(originals: Int, copies: Int, words wordCount: Int = 96, changes: Int = 6, seed: UInt64) {
    randomness = Randomness(seed: seed)
    var all: [[String]] = []
    for _ in 0..<originals { all.append((0..<wordCount).map { _ in Self.word(&randomness) }) }
    for _ in 0..<copies {
      // Copies of copies too, so that there are chains.
      var words = all[randomness.integer(below: all.count)]
      for _ in 0..<randomness.integer(below: changes + 1) { change(&words) }
      all.append(words)
    }
    all.shuffle(using: &randomness)
    texts = all.enumerated().map { ("t\($0)", $1.joined(separator: " ")) }
  }

  private mutating func change(_ words: inout [String]) {
    let place = randomness.integer(below: words.count)
    switch randomness.integer(below: 3) {
    case 0: words[place] = Self.word(&randomness)
    case 1: words.insert(Self.word(&randomness), at: place)
    default: if words.count > 1 { words.remove(at: place) }
    }
  }

  private static func word(_ randomness: inout Randomness) -> String {
    "w" + String(randomness.integer(below: 20_000), radix: 36)
  }
}

/// The stage's decisions, made slowly: all in memory, text by text.
struct SlowDedupe {
  private(set) var kept: [String] = []
  private(set) var dropped: [String: Dropped] = [:]

  init(_ texts: [(id: String, text: String)], _ configuration: DedupeConfiguration) {
    let shingler = Shingler(configuration)
    let hasher = MinHasher(configuration)
    let order =
      configuration.keep == .first
      ? Array(texts.indices)
      : texts.indices.sorted { (texts[$1].text.utf8.count, $0) < (texts[$0].text.utf8.count, $1) }
    var buckets: [[UInt64]: [Int]] = [:]
    var sets: [Int: [UInt64]] = [:]
    var keptIndices: Set<Int> = []
    for index in order {
      let shingles = shingler.shingles(of: texts[index].text)
      let set = Array(Set(shingles)).sorted()
      let keys = Self.keys(shingles, hasher).enumerated().map { [UInt64($0), $1] }
      let candidates = Set(keys.flatMap { buckets[$0] ?? [] }).sorted()
      var best: (similarity: Double, index: Int)?
      for candidate in candidates {
        let similarity = Self.similarity(set, sets[candidate] ?? [])
        if similarity >= configuration.threshold, similarity > best?.similarity ?? -1 { best = (similarity, candidate) }
      }
      if let best {
        dropped[texts[index].id] = Dropped(
          kept: texts[best.index].id, similarity: (best.similarity * 1e6).rounded() / 1e6,
          isExact: texts[index].text == texts[best.index].text)
      } else {
        for key in keys { buckets[key, default: []].append(index) }
        sets[index] = set
        keptIndices.insert(index)
      }
    }
    kept = keptIndices.sorted().map { texts[$0].id }
  }

  static func keys(_ shingles: [UInt64], _ hasher: MinHasher) -> [UInt64] {
    var signature = [UInt32](repeating: 0, count: hasher.signatureLength)
    var keys = [UInt64](repeating: 0, count: hasher.bandCount)
    shingles.withUnsafeBufferPointer { shingles in
      signature.withUnsafeMutableBufferPointer { hasher.signature(of: shingles, into: $0) }
    }
    signature.withUnsafeBufferPointer { signature in
      keys.withUnsafeMutableBufferPointer { hasher.bandKeys(of: signature, into: $0) }
    }
    return keys
  }

  /// By sets, not by merging.
  static func similarity(_ a: [UInt64], _ b: [UInt64]) -> Double {
    let (a, b) = (Set(a), Set(b))
    return Double(a.intersection(b).count) / Double(a.union(b).count)
  }
}
