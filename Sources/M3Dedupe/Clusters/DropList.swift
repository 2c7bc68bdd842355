/// The texts that are dropped, each with the kept one. 17 bytes of memory a dropped text, 8 a
/// task.
package struct DropList: Sendable {
  package private(set) var numbers: [UInt32] = []
  package private(set) var kept: [UInt32] = []
  /// Jaccard's; NaN where it was not computed.
  package private(set) var similarities: [Double] = []
  package private(set) var kinds: [DroppedText.Kind] = []
  /// Of the texts of each task: kept texts that a text was not compared with in one of its buckets, since the bucket
  /// listed as many as it may.
  package private(set) var unlistedCounts: [Int]
  package var comparisonCount = 0

  package init(taskCount: Int) {
    unlistedCounts = Array(repeating: 0, count: taskCount)
  }

  package var count: Int { numbers.count }

  mutating func append(_ number: UInt32, kept: UInt32, similarity: Double, kind: DroppedText.Kind) {
    numbers.append(number)
    self.kept.append(kept)
    similarities.append(similarity)
    kinds.append(kind)
  }

  mutating func note(unlisted count: Int, task: Int) {
    unlistedCounts[task] += count
  }

  /// Places in the list by the number of the text that is dropped.
  func byNumber() -> [KeyedNumber] {
    sorted { UInt64(numbers[$0]) }
  }

  /// Places in the list by the number of the kept text, then of the dropped one.
  func byKept() -> [KeyedNumber] {
    sorted { UInt64(kept[$0]) << 32 | UInt64(numbers[$0]) }
  }

  private func sorted(_ key: (Int) -> UInt64) -> [KeyedNumber] {
    var places = numbers.indices.map { KeyedNumber(key: key($0), number: UInt32($0)) }
    RadixSort.sort(&places)
    return places
  }
}
