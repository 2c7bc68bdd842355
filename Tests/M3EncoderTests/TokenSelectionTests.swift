import M3Encoder
import M3TestSupport
import Testing

/// What is kept, against a choice that takes one token at a time.
@Suite struct TokenSelectionTests {
  @Test(arguments: SelectionAllocation.allCases, 1...20)
  func bestOfAll(allocation: SelectionAllocation, seed: Int) {
    var random = Randomness(seed: UInt64(seed))
    let tokenCount = 1 + random.integer(below: 40)
    let entryCount = 1 + random.integer(below: 6)
    let tokensPerHead = random.integer(below: 45)
    // Few values, so that many scores are equal.
    let scores = (0..<tokenCount * entryCount).map { _ in Float(random.integer(below: 9)) }
    let dense = Set((0..<entryCount).filter { _ in random.integer(below: 3) == 0 })
    let found = TokenSelection.positions(
      scores: scores, tokenCount: tokenCount, tokensPerHead: tokensPerHead, allocation: allocation, denseEntries: dense)

    let perHead = min(tokensPerHead, tokenCount)
    let expected: [[Int]]
    switch allocation {
    case .uniform:
      expected = (0..<entryCount).map { entry in
        oneByOne(perHead, Array(scores[entry * tokenCount..<(entry + 1) * tokenCount])).sorted()
      }
    case .adaptive:
      let chosen = oneByOne(perHead * entryCount, scores)
      expected = (0..<entryCount).map { entry in
        chosen.filter { $0 / tokenCount == entry }.map { $0 % tokenCount }.sorted()
      }
    case .heads:
      expected = (0..<entryCount).map { entry in
        if dense.contains(entry) { return Array(0..<tokenCount) }
        return oneByOne(perHead, Array(scores[entry * tokenCount..<(entry + 1) * tokenCount])).sorted()
      }
    }
    #expect(found == expected)
    let denseCount = allocation == .heads ? dense.count : 0
    #expect(found.reduce(0) { $0 + $1.count } == denseCount * tokenCount + (entryCount - denseCount) * perHead)
  }

  @Test func equalScoresGoToTheLowerEntryThenTheLowerPosition() {
    let flat = [Float](repeating: 1, count: 12)
    #expect(
      TokenSelection.positions(scores: flat, tokenCount: 4, tokensPerHead: 2, allocation: .uniform) == [
        [0, 1], [0, 1], [0, 1],
      ])
    #expect(
      TokenSelection.positions(scores: flat, tokenCount: 4, tokensPerHead: 2, allocation: .adaptive) == [
        [0, 1, 2, 3], [0, 1], [],
      ])
  }

  @Test(arguments: SelectionAllocation.allCases, [4, 5, 100])
  func shortReferencesKeepEverything(allocation: SelectionAllocation, tokensPerHead: Int) {
    let scores: [Float] = [4, 1, 3, 2, 0, 0, 0, 9]
    let found = TokenSelection.positions(
      scores: scores, tokenCount: 4, tokensPerHead: tokensPerHead, allocation: allocation)
    #expect(found == [[0, 1, 2, 3], [0, 1, 2, 3]])
  }

  /// The largest score that is left, again and again.
  private func oneByOne(_ count: Int, _ scores: [Float]) -> [Int] {
    var left = Array(scores.indices)
    var chosen: [Int] = []
    for _ in 0..<count {
      var best = 0
      for index in left.indices where scores[left[index]] > scores[left[best]] { best = index }
      chosen.append(left.remove(at: best))
    }
    return chosen
  }
}
