import M3Encoder
import M3Memory
import M3TestSupport
import Testing

@Suite struct WindowBatcherTests {
  private static let limit = 512

  @Test(arguments: 1...20)
  func batches(seed: Int) {
    var random = Randomness(seed: UInt64(seed))
    let windows = (0..<60).map { index in window(index, tokenCount: random.integer(below: index % 9 == 0 ? 700 : 200)) }
    let batches = batches(windows, rule: .all)
    #expect(batches.joined().map(\.references[0].id) == windows.map(\.references[0].id))
    for (index, batch) in batches.enumerated() {
      let count = batch.reduce(0) { $0 + $1.tokenCount }
      #expect(count <= Self.limit || batch.count == 1)
      // The next window did not fit.
      if index + 1 < batches.count { #expect(count + batches[index + 1][0].tokenCount > Self.limit) }
    }
  }

  @Test func aRepetitionCountsWithItsPrompt() {
    let windows = (0..<4).map { window($0, tokenCount: 120) }
    #expect(batches(windows, rule: .all).map(\.count) == [4])
    #expect(batches(windows, rule: .reconstruction).map(\.count) == [3, 1])
  }

  @Test func nothingGivesNoBatch() {
    #expect(batches([], rule: .all).isEmpty)
  }

  private func batches(_ windows: [ReferenceWindow], rule: SelectionRule) -> [[ReferenceWindow]] {
    let configuration = EncoderConfiguration(
      rule: rule, allocation: .adaptive, tokensPerHead: 8, memoryLayers: [0], keySpace: .beforeRotation,
      repeatPrompt: Array(repeating: 5, count: 10))
    var batcher = WindowBatcher(configuration)
    var next = windows.makeIterator()
    var batches: [[ReferenceWindow]] = []
    while let batch = batcher.next({ next.next() }) { batches.append(batch) }
    return batches
  }

  private func window(_ index: Int, tokenCount: Int) -> ReferenceWindow {
    ReferenceWindow(references: [
      TokenizedReference(id: "\(index)", documentID: "\(index)", tokens: Array(repeating: 7, count: tokenCount))
    ])
  }
}
