/// What a sweep found of one rule.
///
/// Shares are of the texts of the sample, those that the rule does not apply to among them: it keeps them.
public struct RuleSweep: Sendable {
  public let rule: FilterRule
  /// Texts that fail at the present threshold.
  public let failing: Int
  /// Texts that fail this rule and no other one of the profile: what the profile would keep without it.
  public let failingAlone: Int
  /// Texts that fail this rule and none before it: what it is counted as the reason of.
  public let failingFirst: Int
  /// Texts that were looked at.
  public let textCount: Int
  /// The sample's values in rising order, NaN left out.
  public let values: [Double]
  /// Values of the sample that are not a number; they never keep a bound.
  public let invalidCount: Int
  /// Texts of the sample, with or without a value.
  public let sampleCount: Int

  init(
    rule: FilterRule, failing: Int, failingAlone: Int, failingFirst: Int, textCount: Int, sample: [Double?]
  ) {
    self.rule = rule
    self.failing = failing
    self.failingAlone = failingAlone
    self.failingFirst = failingFirst
    self.textCount = textCount
    let measured = sample.compactMap { $0 }
    values = measured.filter { !$0.isNaN }.sorted()
    invalidCount = measured.count - values.count
    sampleCount = sample.count
  }

  /// The value that a share of the values reaches at most: number ⌈`share`·n⌉ of n in rising order, the first for 0.
  /// - Returns: nil of no values.
  public func quantile(_ share: Double) -> Double? {
    precondition((0...1).contains(share), "a share")
    guard !values.isEmpty else { return nil }
    return values[max(0, Int((share * Double(values.count)).rounded(.up)) - 1)]
  }

  /// The share of texts that the rule keeps at a threshold; 1 of no texts.
  public func kept(at threshold: Double) -> Double {
    guard sampleCount > 0 else { return 1 }
    let holding =
      switch rule.bound.relation {
      case .atLeast: values.count - values.partitionPoint { $0 < threshold }
      case .above: values.count - values.partitionPoint { $0 <= threshold }
      case .atMost: values.partitionPoint { $0 <= threshold }
      case .below: values.partitionPoint { $0 < threshold }
      }
    return Double(sampleCount - values.count - invalidCount + holding) / Double(sampleCount)
  }

  /// The strictest value that keeps at least a share of the texts when it is the threshold.
  /// - Returns: nil where none does.
  public func threshold(keeping share: Double) -> Double? {
    switch rule.bound.relation {
    case .atLeast, .above:
      // What is kept falls with the threshold: the last one that keeps enough.
      let end = values.partitionPoint { kept(at: $0) >= share }
      return end > 0 ? values[end - 1] : nil
    case .atMost, .below:
      let start = values.partitionPoint { kept(at: $0) < share }
      return start < values.count ? values[start] : nil
    }
  }

  /// Shares that a ladder of thresholds would keep.
  public static let ladder = [0.999, 0.99, 0.98, 0.95, 0.9, 0.8, 0.7, 0.5]
}

extension [Double] {
  /// The first place at which `isBefore` is false; it is true up to there and false from there.
  func partitionPoint(_ isBefore: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = low + (high - low) / 2
      if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
