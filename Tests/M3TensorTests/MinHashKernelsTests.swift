import M3Tensor
import Testing

/// Minima of permutations.
@Suite struct MinHashKernelsTests {
  /// The definition, of one permutation.
  private static func minimum(_ hashes: [UInt64], mask: UInt32, multiplier: UInt32) -> UInt32 {
    hashes.map { (UInt32(truncatingIfNeeded: $0 ^ $0 >> 32) ^ mask) &* multiplier }.min() ?? .max
  }

  /// Permutations around every vector width and the vectors that are worked on at once; hashes around the folded block.
  @Test(
    arguments: kernelNames,
    [
      (0, 8), (1, 1), (1, 112), (2, 7), (3, 31), (5, 33), (92, 108), (92, 112), (100, 65), (255, 9), (256, 260),
      (257, 15),
    ]
  )
  func minimaAreTheDefinition(name: String, sizes: (hashes: Int, permutations: Int)) throws {
    let kernels = try Kernels.named(name)
    var random = Randomness(state: UInt64(sizes.hashes * 1000 + sizes.permutations))
    let hashes = (0..<sizes.hashes).map { _ in random.next() }
    let masks = (0..<sizes.permutations).map { _ in UInt32(truncatingIfNeeded: random.next()) }
    let multipliers = (0..<sizes.permutations).map { _ in UInt32(truncatingIfNeeded: random.next()) | 1 }
    let minima = Guarded<UInt32>(count: sizes.permutations)
    hashes.withUnsafeBufferPointer {
      kernels.minHash(
        of: $0, masks: masks, multipliers: multipliers,
        into: UnsafeMutableBufferPointer(start: minima.start, count: sizes.permutations))
    }
    let expected = zip(masks, multipliers).map { Self.minimum(hashes, mask: $0, multiplier: $1) }
    #expect(minima.values == expected)
    #expect(minima.isIntact)
  }
}
