/// From a pair of neighbouring tokens to the rank of the merge that joins them.
struct MergeTable: MergeRules {
  private var pairs: PairTable
  /// The token that each rank's merge makes.
  private var products: [Int32] = []

  /// A rank that no merge has.
  static let noMerge = PairTable.none
  static let maximumMergeCount = PairTable.maximumCount

  /// - Parameter mergeCount: how many merges will be added, at most ``maximumMergeCount``.
  init(mergeCount: Int) {
    pairs = PairTable(capacity: mergeCount)
    products.reserveCapacity(mergeCount)
  }

  /// Adds the next merge in rank; false if the pair is there already.
  mutating func append(left: Int32, right: Int32, product: Int32) -> Bool {
    guard pairs.append(left, right) else { return false }
    products.append(product)
    return true
  }

  /// The rank of a pair's merge, or ``noMerge``.
  @inline(__always)
  func priority(_ left: Int32, _ right: Int32) -> UInt32 { pairs.index(left, right) }

  @inline(__always)
  func product(_ left: Int32, _ right: Int32, priority: UInt32) -> Int32 { products[Int(priority)] }
}
