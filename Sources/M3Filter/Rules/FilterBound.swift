/// What a measured value must keep for a text to be kept.
public struct FilterBound: Sendable, Equatable {
  public enum Relation: String, Sendable, Equatable {
    case atLeast = "≥"
    case above = ">"
    case atMost = "≤"
    case below = "<"
  }

  /// How the value of a text that is kept stands to the threshold.
  public var relation: Relation
  public var threshold: Double

  public init(_ relation: Relation, _ threshold: Double) {
    self.relation = relation
    self.threshold = threshold
  }

  public static func atLeast(_ threshold: Double) -> FilterBound { FilterBound(.atLeast, threshold) }
  public static func above(_ threshold: Double) -> FilterBound { FilterBound(.above, threshold) }
  public static func atMost(_ threshold: Double) -> FilterBound { FilterBound(.atMost, threshold) }
  public static func below(_ threshold: Double) -> FilterBound { FilterBound(.below, threshold) }

  /// Whether a text of this value is kept. A value that is not a number is never kept.
  public func holds(_ value: Double) -> Bool {
    switch relation {
    case .atLeast: value >= threshold
    case .above: value > threshold
    case .atMost: value <= threshold
    case .below: value < threshold
    }
  }
}
