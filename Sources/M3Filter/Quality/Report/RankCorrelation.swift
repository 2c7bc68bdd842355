/// Spearman's rank correlation: the correlation of ranks, equal values sharing the mean of theirs.
package enum RankCorrelation {
  /// - Returns: −1 to 1; nil where all values of a side are equal.
  package static func spearman(_ left: [Double], _ right: [Double]) -> Double? {
    precondition(left.count == right.count, "pairs")
    let (x, y) = (ranks(left), ranks(right))
    // Of n ranks, shared or not, the mean is (n + 1)/2.
    let mean = Double(left.count + 1) / 2
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      xy += (x - mean) * (y - mean)
      xx += (x - mean) * (x - mean)
      yy += (y - mean) * (y - mean)
    }
    guard xx > 0, yy > 0 else { return nil }
    return min(1, max(-1, xy / (xx * yy).squareRoot()))
  }

  /// Ranks from 1.
  package static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var last = first
      while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
      for place in first...last { ranks[order[place]] = Double(first + last) / 2 + 1 }
      first = last + 1
    }
    return ranks
  }
}
