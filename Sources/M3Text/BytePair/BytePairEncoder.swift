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

  private func appendShort(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.shortWordByteCount) { tokens in
      var count = 0
      for index in start..<end where byteTokens[Int(utf8[index])] >= 0 {
        tokens[count] = byteTokens[Int(utf8[index])]
        count += 1
      }
      count = merges.mergeFew(UnsafeMutableBufferPointer(rebasing: tokens[..<count]))
      for index in 0..<count { ids.append(tokens[index]) }
    }
  }

  private func appendLong(
    _ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, to ids: inout [Int32]
  ) {
    var tokens: [Int32] = []
    tokens.reserveCapacity(end - start)
    for index in start..<end where byteTokens[Int(utf8[index])] >= 0 {
      tokens.append(byteTokens[Int(utf8[index])])
    }
    merges.mergeMany(&tokens)
    ids.append(contentsOf: tokens)
  }
}
