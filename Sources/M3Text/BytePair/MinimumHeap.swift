/// A binary heap of integers, the smallest first.
struct MinimumHeap {
  private var items: [UInt64] = []

  /// Adds an item in O(log n).
  mutating func insert(_ item: UInt64) {
    var index = items.count
    items.append(item)
    while index > 0, items[(index - 1) / 2] > item {
      items[index] = items[(index - 1) / 2]
      index = (index - 1) / 2
    }
    items[index] = item
  }

  /// Removes the smallest item in O(log n); nil if there is none.
  mutating func removeFirst() -> UInt64? {
    guard let item = items.popLast() else { return nil }
    guard let first = items.first else { return item }
    var index = 0
    while 2 * index + 1 < items.count {
      var child = 2 * index + 1
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      guard items[child] < item else { break }
      items[index] = items[child]
      index = child
    }
    items[index] = item
    return first
  }
}
