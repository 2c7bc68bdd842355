import M3Codec
import M3Memory
import Testing

@Suite struct MemoryComparisonTests {
  private static let shape = MemoryShape(layers: [0, 3], keyValueHeadCount: 2, headDimension: 4)

  /// A memory that keeps these positions in each entry, of vectors that the seed draws.
  private static func memory(_ positions: [[UInt16]], seed: UInt64, tokenCount: Int = 9) -> SparseMemory {
    var state = seed
    func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
    let rows = positions.reduce(0) { $0 + $1.count }
    return SparseMemory(
      shape: shape, tokenCount: tokenCount, counts: positions.map(\.count), positions: positions.flatMap { $0 },
      keys: (0..<rows * 4).map { _ in next() }, values: (0..<rows * 4).map { _ in next() })
  }

  private static let all = [[UInt16]](repeating: [0, 1, 2, 3, 4, 5, 6, 7, 8], count: 4)

  private static func sample(_ pairs: [(stored: SparseMemory, fresh: SparseMemory)]) -> ComparedSample {
    var sample = ComparedSample(shape: shape)
    for pair in pairs {
      sample.add(MemoryComparison(stored: pair.stored, fresh: pair.fresh, coded: pair.fresh), fresh: pair.fresh)
    }
    return sample
  }

  @Test func theSameMemoryLosesNothing() {
    let memories = (0..<6).map { Self.memory(Self.all, seed: $0) }
    let sample = Self.sample(memories.map { ($0, $0) })
    #expect(sample.differences.allSatisfy { $0.lost == 0 && $0.codingLoss == 0 })
    #expect(sample.blockDifferences.count == 8)
    #expect(sample.comparisons.allSatisfy { $0.sharedShare == 1 })
  }

  @Test func anUnrelatedMemoryLosesAll() {
    let memories = (0..<60).map { Self.memory(Self.all, seed: 77 + 31 * $0) }
    let sample = Self.sample(zip(memories, memories.dropFirst() + [memories[0]]).map { ($0, $1) })
    #expect(abs(sample.difference.lost - 1) < 0.1)
    for difference in sample.blockDifferences { #expect(abs(difference.lost - 1) < 0.3) }
  }

  @Test func noiseIsMeasuredByTheVariance() {
    // A tenth of each vector is gone: a hundredth of the mean square, half of which counts.
    let memories = (0..<60).map { Self.memory(Self.all, seed: 5 + 17 * $0) }
    let pairs = memories.map { memory in
      (
        SparseMemory(
          shape: Self.shape, tokenCount: memory.tokenCount, counts: memory.counts, positions: memory.positions,
          keys: memory.keys.map { 0.9 * $0 }, values: memory.values.map { 0.9 * $0 }), memory
      )
    }
    #expect(abs(Self.sample(pairs).difference.lost - 0.005) < 0.0005)
  }

  @Test func whatCodingLosesIsNoDifference() {
    let fresh = Self.memory(Self.all, seed: 3)
    let zero = SparseMemory(
      shape: Self.shape, tokenCount: 9, counts: fresh.counts, positions: fresh.positions,
      keys: fresh.keys.map { $0 / 2 }, values: fresh.values.map { $0 / 2 })
    var sample = ComparedSample(shape: Self.shape)
    sample.add(MemoryComparison(stored: zero, fresh: fresh, coded: zero), fresh: fresh)
    #expect(sample.difference.lost == 0)
    #expect(sample.difference.codingLoss > 0.2)
  }

  @Test func vectorsAreComparedWhereBothKeepAToken() {
    let fresh = Self.memory([[0, 2, 5], [1], [], [3, 4]], seed: 1)
    // One of three tokens is another one; its vectors are not looked at.
    var stored = Self.memory([[0, 3, 5], [1], [], [3, 4]], seed: 1)
    let comparison = MemoryComparison(stored: stored, fresh: fresh, coded: fresh)
    #expect(comparison.storedCount == 6 && comparison.freshCount == 6 && comparison.sharedCount == 5)
    #expect(comparison.sharedShare == 5 / 6.0)
    #expect(Self.sample([(stored, fresh)]).difference.lost == 0)
    stored = Self.memory([[2], [1, 7], [0], []], seed: 1)
    let other = MemoryComparison(stored: stored, fresh: fresh, coded: fresh)
    #expect(other.sharedCount == 2)
    #expect(other.sharedShare == 2 / 6.0)
    let empty = Self.memory([[], [], [], []], seed: 1, tokenCount: 0)
    #expect(MemoryComparison(stored: empty, fresh: empty, coded: empty).sharedShare == 1)
    #expect(Self.sample([(empty, empty)]).difference.lost == 0)
  }

  @Test func oneHeadThatIsAnothersIsFoundInItsBlock() {
    let memories = (0..<40).map { Self.memory(Self.all, seed: 1000 + $0) }
    let sample = Self.sample(
      memories.map { memory in
        // Values of entry 2 reversed, so that they are of other tokens.
        var values = memory.values
        let rows = 18 * 4..<27 * 4
        values.replaceSubrange(rows, with: memory.values[rows].reversed())
        return (
          SparseMemory(
            shape: Self.shape, tokenCount: 9, counts: memory.counts, positions: memory.positions, keys: memory.keys,
            values: values), memory
        )
      })
    for (block, difference) in sample.blockDifferences.enumerated() {
      #expect(block == 2 * 2 + 1 ? difference.lost > 0.5 : difference.lost == 0, "block \(block)")
    }
  }
}
