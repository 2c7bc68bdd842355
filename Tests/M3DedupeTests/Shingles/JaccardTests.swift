import M3Dedupe
import M3TestSupport
import Testing

@Suite struct JaccardTests {
  @Test(arguments: 0..<40)
  func similarityIsThatOfSets(seed: UInt64) {
    var random = Randomness(seed: seed)
    let bound = 1 + random.integer(below: 60)
    let (one, other) = (values(&random, below: bound), values(&random, below: bound))
    let (a, b) = (ShingleSet.sorted(one), ShingleSet.sorted(other))
    #expect(a == Set(one).sorted())
    #expect(b == Set(other).sorted())
    let shared = Set(one).intersection(other).count
    let all = Set(one).union(other).count
    #expect(Jaccard.similarity(a, b, atLeast: 0) == (all == 0 ? 1 : Double(shared) / Double(all)))
    #expect(Jaccard.similarity(a, b, atLeast: 0) == Jaccard.similarity(b, a, atLeast: 0))
  }

  /// The similarity, or nil where it is less: what is read less of must not be seen. Thresholds are usual ones, each
  /// pair's own similarity, and the next numbers below and above it.
  @Test(arguments: 0..<400)
  func endsEarlyWhereItMay(seed: UInt64) {
    var random = Randomness(seed: seed)
    // Up to many stretches, of any sizes and any share in common.
    let size = 1 + random.integer(below: 1 + random.integer(below: 400))
    let (sharedShare, sideShare) = (random.integer(below: 101), random.integer(below: 101))
    var (a, b): ([UInt64], [UInt64]) = ([], [])
    for _ in 0..<size {
      let value = random.next()
      let isShared = random.integer(below: 100) < sharedShare
      let isLeft = random.integer(below: 100) < sideShare
      if isShared || isLeft { a.append(value) }
      if isShared || !isLeft { b.append(value) }
    }
    (a, b) = (a.sorted(), b.sorted())
    let exact = SlowDedupe.similarity(a, b)
    for threshold in [0, 0.1, 0.5, 0.7, 0.8, 0.9, 1, exact, exact.nextDown, exact.nextUp] {
      #expect(Jaccard.similarity(a, b, atLeast: threshold) == (exact >= threshold ? exact : nil))
    }
  }

  /// All pairs of small sizes: each quotient is a threshold of its own.
  @Test func boundariesAreExact() {
    for left in 1...12 {
      for right in 1...12 {
        for shared in 0...min(left, right) {
          let a = (0..<UInt64(left)).map { $0 }
          let b = (0..<UInt64(right)).map { $0 < shared ? $0 : $0 + 100 }
          let exact = Double(shared) / Double(left + right - shared)
          for whole in 1...24 {
            for part in 0...whole {
              let threshold = Double(part) / Double(whole)
              #expect(Jaccard.similarity(a, b, atLeast: threshold) == (exact >= threshold ? exact : nil))
            }
          }
        }
      }
    }
    #expect(Jaccard.similarity([], [], atLeast: 1) == 1)
    #expect(Jaccard.similarity([], [1], atLeast: 0) == 0)
    #expect(Jaccard.similarity([], [1], atLeast: 0.1) == nil)
  }

  /// Small values, which meet, and the ends of the range.
  private func values(_ random: inout Randomness, below bound: Int) -> [UInt64] {
    (0..<random.integer(below: 50)).map { index in
      switch index {
      case 20: UInt64.max
      case 21: UInt64.max - 1
      default: UInt64(random.integer(below: bound))
      }
    }
  }
}
