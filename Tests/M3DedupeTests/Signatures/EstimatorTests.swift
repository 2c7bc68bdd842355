import M3Dedupe
import Testing

/// The share of equal minima as an estimate of the Jaccard similarity.
@Suite struct EstimatorTests {
  struct Size: CustomTestStringConvertible {
    let union: Int
    let shared: Int
    let pairs: Int

    var similarity: Double { Double(shared) / Double(union) }
    var testDescription: String { "\(shared) of \(union)" }
  }

  static let sizes = [
    Size(union: 2, shared: 1, pairs: 20_000), Size(union: 3, shared: 1, pairs: 20_000),
    Size(union: 3, shared: 2, pairs: 20_000), Size(union: 10, shared: 5, pairs: 10_000),
    Size(union: 92, shared: 18, pairs: 4000), Size(union: 92, shared: 46, pairs: 4000),
    Size(union: 92, shared: 74, pairs: 4000), Size(union: 1000, shared: 200, pairs: 1000),
    Size(union: 1000, shared: 800, pairs: 1000), Size(union: 10_000, shared: 5000, pairs: 200),
    Size(union: 100_000, shared: 20_000, pairs: 60), Size(union: 100_000, shared: 80_000, pairs: 60),
  ]

  /// Minima of independent permutations agree as often as coins fall: the mean of the share is J, its variance
  /// J (1 − J) / K. Both are tested at 4 standard deviations.
  @Test(arguments: sizes)
  func shareIsUnbiasedAndOfBinomialVariance(size: Size) {
    let hasher = MinHasher(DedupeConfiguration(preset: .datatrove))
    var sets = PlantedSets(seed: UInt64(size.union * 7 + size.shared))
    let variance = size.similarity * (1 - size.similarity) / Double(hasher.signatureLength)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<size.pairs {
      let (one, other) = sets.pair(union: size.union, shared: size.shared)
      let equal = zip(hasher.signature(of: one), hasher.signature(of: other)).count { $0 == $1 }
      let error = Double(equal) / Double(hasher.signatureLength) - size.similarity
      sum += error
      squares += error * error
    }
    let count = Double(size.pairs)
    #expect(abs(sum / count) < 4 * (variance / count).squareRoot())
    #expect(abs(squares / count / variance - 1) < 4 * (2 / count).squareRoot())
  }

  /// Equal sets have equal signatures, in whatever order and however often their elements come.
  @Test func orderAndRepetitionDoNotMatter() {
    let hasher = MinHasher(DedupeConfiguration(preset: .reference))
    var sets = PlantedSets(seed: 1)
    let (set, _) = sets.pair(union: 300, shared: 300)
    #expect(hasher.signature(of: set) == hasher.signature(of: (set + set.reversed()).shuffled(using: &sets.random)))
  }

  @Test func seedsAreOfDifferentPermutations() {
    var configuration = DedupeConfiguration(preset: .reference)
    let one = MinHasher(configuration)
    configuration.seed += 1
    let other = MinHasher(configuration)
    var sets = PlantedSets(seed: 2)
    let (set, _) = sets.pair(union: 50, shared: 50)
    let equal = zip(one.signature(of: set), other.signature(of: set)).count { $0 == $1 }
    #expect(equal == 0)
  }
}

extension MinHasher {
  func signature(of shingles: [UInt64]) -> [UInt32] {
    var signature = [UInt32](repeating: 0, count: signatureLength)
    shingles.withUnsafeBufferPointer { shingles in
      signature.withUnsafeMutableBufferPointer { self.signature(of: shingles, into: $0) }
    }
    return signature
  }

  func bandKeys(of signature: [UInt32]) -> [UInt64] {
    var keys = [UInt64](repeating: 0, count: bandCount)
    signature.withUnsafeBufferPointer { signature in
      keys.withUnsafeMutableBufferPointer { bandKeys(of: signature, into: $0) }
    }
    return keys
  }
}
