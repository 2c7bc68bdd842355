import M3Text

/// Byte pair encoding as it is defined: look for the best merge, apply it everywhere, begin again.
struct SlowBytePair {
  private var ids: [[UInt8]: Int32] = [:]
  private var ranks: [[[UInt8]]: Int] = [:]

  init(_ definition: TokenizerDefinition) {
    for (id, token) in definition.tokens.enumerated() { ids[token] = Int32(id) }
    for (rank, merge) in definition.merges.enumerated() {
      ranks[merge.split(separator: 0x20).map { Array($0) }] = rank
    }
  }

  /// The ids of one word of printable ASCII characters, each of which is spelled as itself.
  func encode(_ word: String) -> [Int32] {
    var parts = word.utf8.map { [$0] }
    while let best = zip(parts, parts.dropFirst()).compactMap({ ranks[[$0, $1]] }).min() {
      var merged: [[UInt8]] = []
      for part in parts {
        if let last = merged.last, ranks[[last, part]] == best {
          merged[merged.count - 1] = last + part
        } else {
          merged.append(part)
        }
      }
      parts = merged
    }
    return parts.compactMap { ids[$0] }
  }
}
