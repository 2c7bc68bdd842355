/// Which pairs of neighbouring tokens are joined, and which of them first.
protocol MergeRules: Sendable {
  /// The smaller, the earlier; among equals the leftmost pair is joined first. Less than 2²², or
  /// ``MergeTable/noMerge`` for a pair that is never joined.
  func priority(_ left: Int32, _ right: Int32) -> UInt32
  /// The token that a pair of this priority becomes.
  func product(_ left: Int32, _ right: Int32, priority: UInt32) -> Int32
}

extension MergeRules {
  /// Joins pairs until none is left, and returns how many tokens remain, at the buffer's start.
  ///
  /// O(n²) with a small constant, no allocation: for few tokens that is faster than a heap.
  @inline(__always)
  func mergeFew(_ tokens: UnsafeMutableBufferPointer<Int32>) -> Int {
    var count = tokens.count
    guard count > 1 else { return count }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count - 1) { priorities in
      for index in 0..<count - 1 { priorities[index] = priority(tokens[index], tokens[index + 1]) }
      while count > 1 {
        var best = 0
        var first = priorities[0]
        for index in 1..<count - 1 where priorities[index] < first {
          first = priorities[index]
          best = index
        }
        if first == MergeTable.noMerge { break }
        tokens[best] = product(tokens[best], tokens[best + 1], priority: first)
        count -= 1
        for index in best + 1..<max(count, best + 1) {
          tokens[index] = tokens[index + 1]
          priorities[index - 1] = priorities[index]
        }
        if best > 0 { priorities[best - 1] = priority(tokens[best - 1], tokens[best]) }
        if best + 1 < count { priorities[best] = priority(tokens[best], tokens[best + 1]) }
      }
    }
    return count
  }

  /// Joins pairs until none is left: O(n log n), a linked list of tokens and a heap of (priority, position).
  func mergeMany(_ tokens: inout [Int32]) {
    let count = tokens.count
    // The neighbours of each token that is left; a joined one keeps the place of its first.
    var next = Array(1..<count + 1)
    var previous = Array(-1..<count - 1)
    var heap = MinimumHeap()
    // The priority in the upper bits sorts first, the position breaks ties from the left.
    func offer(_ left: Int, _ right: Int) {
      let priority = priority(tokens[left], tokens[right])
      if priority != MergeTable.noMerge { heap.insert(UInt64(priority) << 42 | UInt64(left)) }
    }
    for index in 1..<max(count, 1) { offer(index - 1, index) }
    while let item = heap.removeFirst() {
      let left = Int(item & (1 << 42 - 1))
      let first = UInt32(item >> 42)
      let right = next[left]
      // Entries are not taken out when their pair changes; a token that was joined to another is -1.
      guard tokens[left] >= 0, right < count, priority(tokens[left], tokens[right]) == first else { continue }
      tokens[left] = product(tokens[left], tokens[right], priority: first)
      tokens[right] = -1
      next[left] = next[right]
      if next[left] < count {
        previous[next[left]] = left
        offer(left, next[left])
      }
      if previous[left] >= 0 { offer(previous[left], left) }
    }
    tokens.removeAll { $0 < 0 }
  }
}
