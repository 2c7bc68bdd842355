/// Sizes of buffers whose shape comes from a file.
public enum ElementCount {
  /// The product of `factors`.
  ///
  /// - Throws: `TensorError.sizeOverflow` when a factor is negative or the product, at 8 bytes an element, exceeds `Int`.
  public static func product(_ factors: Int...) throws(TensorError) -> Int {
    guard factors.allSatisfy({ $0 >= 0 }) else { throw .sizeOverflow(factors: factors) }
    if factors.contains(0) { return 0 }
    var count = 1
    for factor in factors {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= Int.max / 8 else { throw .sizeOverflow(factors: factors) }
      count = product
    }
    return count
  }
}
