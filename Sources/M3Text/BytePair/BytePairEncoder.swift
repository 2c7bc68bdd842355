/// Byte pair encoding of one word: its bytes, and then the merge of lowest rank, leftmost first,
/// until no pair has one.
struct BytePairEncoder: Sendable {
  /// The token of each byte, -1 where the vocabulary has none: such a byte is left out.
  let byteTokens: [Int32]
  let merges: MergeTable

  /// Words of up to this many bytes are merged by looking through all pairs: for so few, that is
  /// faster than a heap.
  static let shortWordByteCount = 64

  /// Appends the tokens of a word that is looked up nowhere.
  func append(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]
  ) {
    if end - start <= Self.shortWordByteCount {
      appendShort(utf8, start, end, to: &ids)
    } else {
      appendLong(utf8, start, end, to: &ids)
    }
  }

  /// O(n²) with a small constant, no allocation.
  private func appendShort(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.shortWordByteCount) { tokens in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.shortWordByteCount) { ranks in
        var count = 0
        for index in start..<end where byteTokens[Int(utf8[index])] >= 0 {
          tokens[count] = byteTokens[Int(utf8[index])]
          if count > 0 { ranks[count - 1] = merges.rank(tokens[count - 1], tokens[count]) }
          count += 1
        }
        while count > 1 {
          var best = 0
          var bestRank = ranks[0]
          for index in 1..<count - 1 where ranks[index] < bestRank {
            bestRank = ranks[index]
            best = index
          }
          if bestRank == MergeTable.noMerge { break }
          tokens[best] = merges.products[Int(bestRank)]
          count -= 1
          for index in best + 1..<max(count, best + 1) {
            tokens[index] = tokens[index + 1]
            ranks[index - 1] = ranks[index]
          }
          if best > 0 { ranks[best - 1] = merges.rank(tokens[best - 1], tokens[best]) }
          if best + 1 < count { ranks[best] = merges.rank(tokens[best], tokens[best + 1]) }
        }
        for index in 0..<count { ids.append(tokens[index]) }
      }
    }
  }

  /// O(n log n): a linked list of tokens and a heap of (rank, position).
  private func appendLong(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]
  ) {
    var tokens: [Int32] = []
    tokens.reserveCapacity(end - start)
    for index in start..<end where byteTokens[Int(utf8[index])] >= 0 {
      tokens.append(byteTokens[Int(utf8[index])])
    }
    let count = tokens.count
    // The neighbours of each token that is left; a merged one keeps the place of its first byte.
    var next = Array(1..<count + 1)
    var previous = Array(-1..<count - 1)
    var heap = MinimumHeap()
    // The rank in the upper bits sorts first, the position breaks ties from the left.
    func offer(_ left: Int, _ right: Int) {
      let rank = merges.rank(tokens[left], tokens[right])
      if rank != MergeTable.noMerge { heap.insert(UInt64(rank) << 42 | UInt64(left)) }
    }
    for index in 1..<max(count, 1) { offer(index - 1, index) }
    while let item = heap.removeFirst() {
      let left = Int(item & (1 << 42 - 1))
      let rank = UInt32(item >> 42)
      let right = next[left]
      // Entries are not taken out when their pair changes; a token that was merged away is -1.
      guard tokens[left] >= 0, right < count, merges.rank(tokens[left], tokens[right]) == rank else { continue }
      tokens[left] = merges.products[Int(rank)]
      tokens[right] = -1
      next[left] = next[right]
      if next[left] < count {
        previous[next[left]] = left
        offer(left, next[left])
      }
      if previous[left] >= 0 { offer(previous[left], left) }
    }
    ids.append(contentsOf: tokens.lazy.filter { $0 >= 0 })
  }
}
