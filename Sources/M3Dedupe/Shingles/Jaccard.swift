/// The Jaccard similarity of sets, |A ∩ B| / |A ∪ B|.
public enum Jaccard {
  /// Elements that two sets have in common; both are ascending and distinct.
  public static func sharedCount(_ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>) -> Int {
    var (i, j, shared) = (0, 0, 0)
    while i < a.count, j < b.count {
      let (x, y) = (a[i], b[j])
      shared += x == y ? 1 : 0
      i += x <= y ? 1 : 0
      j += y <= x ? 1 : 0
    }
    return shared
  }

  /// The similarity of two sets, 0 to 1, exactly; both are ascending and distinct. That of two empty sets is 1.
  public static func similarity(_ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>) -> Double {
    let shared = sharedCount(a, b)
    let all = a.count + b.count - shared
    return all == 0 ? 1 : Double(shared) / Double(all)
  }

  public static func similarity(_ a: [UInt64], _ b: [UInt64]) -> Double {
    a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in similarity(a, b) } }
  }
}
