/// Sets of shingles, as sorted distinct hashes.
public enum ShingleSet {
  /// The distinct shingles in ascending order.
  public static func sorted(_ shingles: UnsafeBufferPointer<UInt64>) -> [UInt64] {
    var set = Array(shingles)
    set.sort()
    var count = 0
    for index in set.indices where count == 0 || set[index] != set[count - 1] {
      set[count] = set[index]
      count += 1
    }
    set.removeLast(set.count - count)
    return set
  }

  public static func sorted(_ shingles: [UInt64]) -> [UInt64] { shingles.withUnsafeBufferPointer(sorted) }
}
