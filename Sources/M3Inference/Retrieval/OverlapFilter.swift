/// Refuses references that overlap a question too much (paper, section 4.4, equation 6): one that quotes the answer would
/// measure copying.
///
/// overlap(q, r) = max over windows w of 2·|r| tokens of q: LCS(w, r) / |r|, LCS the length of the longest common
/// subsequence.
public struct OverlapFilter: Sendable {
  /// References of this overlap and more are refused: 2/3 in the paper's evaluation.
  public var threshold: Double

  public init(threshold: Double) {
    self.threshold = threshold
  }

  public func keeps(reference: [Int32], question: [Int32]) -> Bool {
    Self.overlap(question: question, reference: reference) < threshold
  }

  /// O(|q| · |r|²) where the question is longer than a window, O(|q| · |r|) where it is not.
  public static func overlap(question: [Int32], reference: [Int32]) -> Double {
    guard !reference.isEmpty, !question.isEmpty else { return 0 }
    let window = 2 * reference.count
    var longest = 0
    for start in 0...max(0, question.count - window) {
      let end = min(question.count, start + window)
      longest = max(longest, commonSubsequence(question[start..<end], reference))
      if longest == reference.count { break }
    }
    return Double(longest) / Double(reference.count)
  }

  /// Length of the longest common subsequence.
  private static func commonSubsequence(_ one: ArraySlice<Int32>, _ other: [Int32]) -> Int {
    var row = [Int](repeating: 0, count: other.count + 1)
    for token in one {
      var diagonal = 0
      for (column, candidate) in other.enumerated() {
        let above = row[column + 1]
        row[column + 1] = token == candidate ? diagonal + 1 : max(above, row[column])
        diagonal = above
      }
    }
    return row[other.count]
  }
}
