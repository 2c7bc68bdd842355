/// The Jaccard similarity of sets, |A ∩ B| / |A ∪ B|. Sets are ascending and distinct.
package enum Jaccard {
  /// Elements that are compared before it is asked whether enough can still be shared.
  private static let stretch = 32

  /// The similarity of two sets, 0 to 1, exactly, where it is at least `threshold`; else nil. That of two empty sets is 1.
  ///
  /// Most candidates are far below: reading ends when so many elements of a set are not in the other one that too few can
  /// be shared.
  package static func similarity(_ a: [UInt64], _ b: [UInt64], atLeast threshold: Double) -> Double? {
    guard let least = leastShared(a.count, b.count, threshold) else { return nil }
    let shared = a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in sharedCount(a, b, atLeast: least) } }
    guard let shared, shared >= least else { return nil }
    return similarity(shared: shared, a.count + b.count)
  }

  /// The similarity of two sets that share so many elements.
  /// - Parameter all: elements of both, shared ones twice.
  private static func similarity(shared: Int, _ all: Int) -> Double {
    all == shared ? 1 : Double(shared) / Double(all - shared)
  }

  /// The least number of shared elements at which sets of so many are similar enough, ⌈t / (1 + t) · (|A| + |B|)⌉ up to
  /// rounding; nil where there is none.
  private static func leastShared(_ a: Int, _ b: Int, _ threshold: Double) -> Int? {
    let (all, most) = (a + b, min(a, b))
    // The formula's rounding is not the quotient's, which decides.
    func isEnough(_ shared: Int) -> Bool { similarity(shared: shared, all) >= threshold }
    guard isEnough(most) else { return nil }
    var least = min(most, Int((max(0, threshold) / (1 + max(0, threshold)) * Double(all)).rounded(.up)))
    while least > 0, isEnough(least - 1) { least -= 1 }
    while !isEnough(least) { least += 1 }
    return least
  }

  /// Elements that two sets have in common; nil where they are fewer than `least`.
  private static func sharedCount(
    _ a: UnsafeBufferPointer<UInt64>, _ b: UnsafeBufferPointer<UInt64>, atLeast least: Int
  ) -> Int? {
    // Elements of each that need not be in the other.
    let spare = (a.count - least, b.count - least)
    var (i, j, shared) = (0, 0, 0)
    while i < a.count, j < b.count {
      for _ in 0..<min(stretch, a.count - i, b.count - j) {
        let (x, y) = (a[i], b[j])
        shared += x == y ? 1 : 0
        i += x <= y ? 1 : 0
        j += y <= x ? 1 : 0
      }
      if i - shared > spare.0 || j - shared > spare.1 { return nil }
    }
    return shared
  }
}
