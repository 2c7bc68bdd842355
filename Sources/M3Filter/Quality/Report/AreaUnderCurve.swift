/// The area under the ROC curve: how often a good text scores above a bad one, an equal score counting half.
public struct AreaUnderCurve: Sendable, Equatable {
  /// 0 to 1; .5 for a coin.
  public let value: Double
  /// A 95 % confidence interval after DeLong, DeLong and Clarke-Pearson (1988, doi:10.2307/2531595): value ∓ 1.96
  /// standard errors, cut to 0 … 1. It is empty of meaning where the value is 0 or 1: the error is then 0.
  public let interval: ClosedRange<Double>

  init(value: Double, interval: ClosedRange<Double>) {
    self.value = value
    self.interval = interval
  }

  /// The area exactly, from ranks: pairs are counted in integers.
  ///
  /// - Parameters:
  ///   - scores: none of them NaN.
  ///   - isPositive: whether the text of each score is a good one.
  /// - Returns: nil unless there are both kinds.
  public init?(scores: [Double], isPositive: [Bool]) {
    precondition(scores.count == isPositive.count, "a label a score")
    let positives = scores.indices.filter { isPositive[$0] }.map { scores[$0] }.sorted()
    let negatives = scores.indices.filter { !isPositive[$0] }.map { scores[$0] }.sorted()
    guard !positives.isEmpty, !negatives.isEmpty else { return nil }
    // Twice the number of the other kind below a score, equal ones counting one.
    let above = Self.placements(of: positives, among: negatives)
    let below = Self.placements(of: negatives, among: positives)
    let pairs = 2 * Double(positives.count) * Double(negatives.count)
    let value = Double(above.reduce(0, +)) / pairs
    let error =
      (Self.variance(above, of: negatives.count) / Double(positives.count)
      + Self.variance(below, of: positives.count) / Double(negatives.count)).squareRoot()
    self.init(
      value: value,
      interval: max(0, value - Self.normalQuantile * error)...min(1, value + Self.normalQuantile * error))
  }

  /// The normal distribution's 97.5 % point.
  private static let normalQuantile = 1.959963984540054

  /// For each score, in order, twice the scores of `others` below it and once those equal to it.
  private static func placements(of scores: [Double], among others: [Double]) -> [Int] {
    var (below, notAbove) = (0, 0)
    return scores.map { score in
      while below < others.count, others[below] < score { below += 1 }
      while notAbove < others.count, others[notAbove] <= score { notAbove += 1 }
      return below + notAbove
    }
  }

  /// The sample variance of the shares that placements are; 0 of one alone.
  private static func variance(_ placements: [Int], of others: Int) -> Double {
    guard placements.count > 1 else { return 0 }
    let shares = placements.map { Double($0) / Double(2 * others) }
    let mean = shares.reduce(0, +) / Double(shares.count)
    return shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count - 1)
  }
}
