import M3Tensor
import Testing

@Suite struct LargestScoresTests {
  /// Against sorting all of them, with many equal scores.
  @Test(arguments: [1, 2, 7, 100, 500], [0, 1, 5, 400])
  func sameAsSorting(limit: Int, count: Int) {
    let scores = (0..<count).map { Float(($0 &* 7919) % 23) - 11 }
    var found = LargestScores(limit: limit)
    for (index, score) in scores.enumerated() { found.add(index: index, score: score) }
    let expected = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(limit)
    #expect(found.items.map(\.index) == Array(expected))
    #expect(found.items.map(\.score) == expected.map { scores[$0] })
  }
}
