/// The largest of many scores, in memory that is bounded by how many are wanted.
public struct LargestScores {
  private let limit: Int
  /// Best first; of equal ones the one that came first.
  public private(set) var items: [(index: Int, score: Float)] = []

  /// - Parameter limit: of the items kept; at least 1.
  public init(limit: Int) {
    precondition(limit > 0, "nothing is wanted")
    self.limit = limit
  }

  /// Takes a score, which is not NaN. One that is too small costs a comparison.
  public mutating func add(index: Int, score: Float) {
    if items.count == limit {
      guard score > items[limit - 1].score else { return }
      items.removeLast()
    }
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if items[middle].score >= score { low = middle + 1 } else { high = middle }
    }
    items.insert((index, score), at: low)
  }
}
