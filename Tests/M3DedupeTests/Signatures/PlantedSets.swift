import M3TestSupport

/// Pairs of random sets of a known similarity.
struct PlantedSets {
  var random: Randomness

  init(seed: UInt64) { random = Randomness(seed: seed) }

  /// Two sets with `union` elements together, `shared` of them in both, and the others in turns in one of them.
  mutating func pair(union: Int, shared: Int) -> ([UInt64], [UInt64]) {
    var (one, other): ([UInt64], [UInt64]) = ([], [])
    for index in 0..<union {
      let element = random.next()
      if index < shared || index % 2 == 0 { one.append(element) }
      if index < shared || index % 2 == 1 { other.append(element) }
    }
    return (one, other)
  }
}
