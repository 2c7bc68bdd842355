/// The threshold that keeps a share of the texts: what a filter takes where it is told how many to keep.
public enum KeepFraction {
  /// The threshold t for which texts of score ≥ t are kept.
  ///
  /// Of n scores in falling order s₁ ≥ … ≥ sₙ it is sₖ, where k is `fraction`·n rounded to the nearest whole number, a
  /// half upwards, and at least 1. So at least k of these texts are kept, and more only where others have the very score
  /// sₖ. A fraction of 1 keeps every text, also one that scores below all of these: the threshold is then 0, as it is where there are no scores.
  ///
  /// - Parameter scores: of a sample of the texts, each 0 to 1.
  /// - Throws: ``QualityError`` `setting` for a fraction that is not above 0 and at most 1, and for a score that is not
  ///   from 0 to 1.
  public static func threshold(keeping fraction: Double, of scores: [Double]) throws(QualityError) -> Double {
    guard fraction > 0, fraction <= 1 else {
      throw .setting("keep fraction", found: "\(fraction)", allowed: "above 0, at most 1")
    }
    guard !scores.isEmpty else { return 0 }
    if let bad = scores.first(where: { !(0...1).contains($0) }) {
      throw .setting("score", found: "\(bad)", allowed: "0 to 1")
    }
    if fraction == 1 { return 0 }
    let kept = max(1, Int((fraction * Double(scores.count)).rounded(.toNearestOrAwayFromZero)))
    return scores.sorted(by: >)[kept - 1]
  }
}
