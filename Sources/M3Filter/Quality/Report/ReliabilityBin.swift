/// Texts whose scores lie close together: does what they score agree with what they are?
public struct ReliabilityBin: Sendable, Equatable {
  public let count: Int
  /// Mean score; 0 of none.
  public let meanScore: Double
  /// Mean label, 0 to 1: the share of good texts; 0 of none.
  public let meanLabel: Double

  init(count: Int, meanScore: Double, meanLabel: Double) {
    self.count = count
    self.meanScore = meanScore
    self.meanLabel = meanLabel
  }

  /// Bins of a table.
  public static let tableSize = 10

  /// Ten bins of equal width: [0, .1), [.1, .2), …, [.9, 1].
  static func table(scores: [Double], targets: [Double]) -> [ReliabilityBin] {
    var sums = [(count: Int, score: Double, label: Double)](repeating: (0, 0, 0), count: tableSize)
    for (score, target) in zip(scores, targets) {
      let bin = min(tableSize - 1, Int(score * Double(tableSize)))
      sums[bin].count += 1
      sums[bin].score += score
      sums[bin].label += target
    }
    return sums.map { sum in
      let count = Double(max(1, sum.count))
      return ReliabilityBin(count: sum.count, meanScore: sum.score / count, meanLabel: sum.label / count)
    }
  }
}
