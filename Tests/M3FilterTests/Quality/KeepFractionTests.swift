import M3Filter
import M3TestSupport
import Testing

@Suite struct KeepFractionTests {
  @Test func theThresholdKeepsTheShare() throws {
    let scores = [0.9, 0.1, 0.5, 0.7, 0.3, 0.2, 0.8, 0.6, 0.4, 0.05]
    for (fraction, threshold) in [
      (0.1, 0.9), (0.07, 0.9), (0.01, 0.9), (0.14, 0.9), (0.15, 0.8), (0.3, 0.7), (0.9, 0.1),
    ] {
      #expect(try KeepFraction.threshold(keeping: fraction, of: scores) == threshold)
    }
    #expect(try KeepFraction.threshold(keeping: 1, of: scores) == 0)
    #expect(try KeepFraction.threshold(keeping: 0.99, of: scores) == 0.05)
  }

  /// For each count and fraction: at least k texts are kept, and above the threshold fewer than k.
  @Test(arguments: 1...30) func exactlyTheFirstOnesAreKept(count: Int) throws {
    var random = Randomness(seed: UInt64(count))
    let scores = (0..<count).map { _ in Double(random.integer(below: 8)) / 8 }
    for wanted in 1..<max(2, count) where wanted < count {
      let threshold = try KeepFraction.threshold(keeping: Double(wanted) / Double(count), of: scores)
      #expect(scores.count { $0 >= threshold } >= wanted)
      #expect(scores.count { $0 > threshold } < wanted)
    }
  }

  @Test func noScoresKeepAll() throws {
    #expect(try KeepFraction.threshold(keeping: 0.5, of: []) == 0)
  }

  @Test func whatIsNoShareIsRefused() {
    for fraction in [0, -0.5, 1.01, .nan] {
      #expect(throws: QualityError.self) { try KeepFraction.threshold(keeping: fraction, of: [0.5]) }
    }
    for score in [-0.1, 1.1, .nan] {
      #expect(throws: QualityError.self) { try KeepFraction.threshold(keeping: 0.5, of: [0.5, score]) }
    }
  }
}
