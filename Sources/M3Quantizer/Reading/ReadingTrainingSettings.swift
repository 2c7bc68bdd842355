/// How the constants of reading are learned.
public struct ReadingTrainingSettings: Sendable, Equatable {
  public var stepCount: Int
  /// Sequences of a step.
  public var batchSize: Int
  /// Of Adam, for the biases and for the logarithms of the scales.
  public var rate: Double
  /// Memories that sequences read, by turns: a reader has one or several, and the constants must serve both.
  public var memoryCounts: [Int]
  /// One round of ``memoryCounts`` in so many recalls; the others continue. Copying is learned quickly, and at the price of
  /// continuing.
  public var recallPeriod: Int
  /// Tokens of a reference that stand before those that are to be recalled, and how many are.
  public var cueTokens: Int
  public var recalledTokens: Int
  /// Tokens by which a reference is continued at most.
  public var continuedTokens: Int
  public var seed: UInt64

  public init(
    stepCount: Int = 60, batchSize: Int = 6, rate: Double = 0.06, memoryCounts: [Int] = [4, 1, 6],
    recallPeriod: Int = 2,
    cueTokens: Int = 6,
    recalledTokens: Int = 24, continuedTokens: Int = 40, seed: UInt64 = 0
  ) {
    precondition(batchSize > 0 && !memoryCounts.isEmpty && memoryCounts.allSatisfy { $0 > 0 }, "something to read")
    self.stepCount = stepCount
    self.batchSize = batchSize
    self.rate = rate
    self.memoryCounts = memoryCounts
    self.recallPeriod = recallPeriod
    self.cueTokens = cueTokens
    self.recalledTokens = recalledTokens
    self.continuedTokens = continuedTokens
    self.seed = seed
  }

  /// Rates rise over so many steps, and are a third of the full one behind this share of all.
  static let warmUpSteps = 5
  static let lateShare = 0.6

  func rate(step: Int) -> Double {
    let warmUp = min(1, Double(step + 1) / Double(Self.warmUpSteps))
    return rate * warmUp * (Double(step) < Self.lateShare * Double(stepCount) ? 1 : 0.3)
  }
}
