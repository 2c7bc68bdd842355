/// Chooses the tokens that a memory keeps.
public enum TokenSelection {
  /// The positions that each entry keeps, ascending.
  ///
  /// - Parameters:
  ///   - scores: (entries, T), row-major; larger is better. Equal scores go to the lower entry, then the lower position.
  ///   - tokenCount: T; entries keep all tokens where it is at most `tokensPerHead` (the paper leaves short references
  ///     open).
  ///   - tokensPerHead: the budget, as a mean over entries for ``SelectionAllocation/adaptive``.
  ///   - denseEntries: entries that keep every token, for ``SelectionAllocation/heads``.
  public static func positions(
    scores: [Float], tokenCount: Int, tokensPerHead: Int, allocation: SelectionAllocation, denseEntries: Set<Int> = []
  ) -> [[Int]] {
    guard tokenCount > 0 else { return [] }
    let entryCount = scores.count / tokenCount
    if tokenCount <= tokensPerHead { return Array(repeating: Array(0..<tokenCount), count: entryCount) }
    switch allocation {
    case .uniform, .heads:
      return (0..<entryCount).map { entry in
        if allocation == .heads && denseEntries.contains(entry) { return Array(0..<tokenCount) }
        let first = entry * tokenCount
        return best(tokensPerHead, of: first..<first + tokenCount, scores).map { $0 - first }.sorted()
      }
    case .adaptive:
      var kept = [[Int]](repeating: [], count: entryCount)
      for index in best(tokensPerHead * entryCount, of: scores.indices, scores).sorted() {
        kept[index / tokenCount].append(index % tokenCount)
      }
      return kept
    }
  }

  private static func best(_ count: Int, of range: Range<Int>, _ scores: [Float]) -> ArraySlice<Int> {
    range.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }.prefix(count)
  }
}
