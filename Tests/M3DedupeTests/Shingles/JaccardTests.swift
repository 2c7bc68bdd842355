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
    #expect(Jaccard.similarity(a, b) == (all == 0 ? 1 : Double(shared) / Double(all)))
    #expect(Jaccard.similarity(a, b) == Jaccard.similarity(b, a))
    let counted = a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { Jaccard.sharedCount(a, $0) } }
    #expect(counted == shared)
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
