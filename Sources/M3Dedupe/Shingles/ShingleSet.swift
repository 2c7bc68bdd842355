/// Sets of shingles, as sorted distinct hashes.
package enum ShingleSet {
  /// The distinct shingles in ascending order.
  package static func sorted(_ shingles: consuming [UInt64]) -> [UInt64] {
    // In place: those of a long text need no memory twice.
    var set = shingles
    set.sort()
    var count = 0
    for index in set.indices where count == 0 || set[index] != set[count - 1] {
      set[count] = set[index]
      count += 1
    }
    set.removeLast(set.count - count)
    return set
  }
}
