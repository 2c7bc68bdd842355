import M3Encoder
import M3TestSupport
import Testing

/// What a window must be, whatever the documents: said of every window, and not by cutting again.
@Suite struct WindowCutterTests {
  @Test(arguments: 1...40)
  func windows(seed: Int) throws {
    var random = Randomness(seed: UInt64(seed))
    let limit = 1 + random.integer(below: 60)
    var references: [TokenizedReference] = []
    for document in 0..<1 + random.integer(below: 8) {
      for chunk in 0..<1 + random.integer(below: 12) {
        references.append(reference(document, chunk, tokenCount: random.integer(below: 40)))
      }
    }
    let windows = cut(references, .document, limit: limit)
    #expect(windows.flatMap { $0.references[$0.precedingCount...].map(\.id) } == references.map(\.id))

    for (index, window) in windows.enumerated() {
      let next = index + 1 < windows.count ? windows[index + 1] : nil
      #expect(Set(window.references.map(\.documentID)).count == 1)
      let place = try #require(references.firstIndex { $0.id == window.references[0].id })
      #expect(window.references.map(\.id) == references[place...].prefix(window.references.count).map(\.id))

      let preceding = window.references.prefix(window.precedingCount).reduce(0) { $0 + $1.tokens.count }
      let first = window.references[window.precedingCount]
      #expect(window.tokenCount <= limit || window.references.count == 1)
      #expect(preceding <= limit / 2)
      // What stands before the window did not fit any more.
      if place > 0, references[place - 1].documentID == first.documentID, first.tokens.count <= limit {
        let more = preceding + references[place - 1].tokens.count
        #expect(more > min(limit / 2, limit - first.tokens.count))
      }
      // Nor did what comes behind it.
      if let next, next.references[0].documentID == first.documentID {
        #expect(window.tokenCount + next.references[next.precedingCount].tokens.count > limit)
      }
    }
  }

  @Test func referencesOfTheirOwn() {
    let references = (0..<5).map { reference(0, $0, tokenCount: $0) }
    let windows = cut(references, .reference, limit: 1000)
    #expect(windows.map { $0.references.map(\.id) } == references.map { [$0.id] })
    #expect(windows.allSatisfy { $0.precedingCount == 0 })
  }

  @Test func halfOfTheLimitIsReadAgain() {
    let windows = cut((0..<7).map { reference(0, $0, tokenCount: 10) }, .document, limit: 45)
    #expect(
      windows.map { $0.references.map(\.id) } == [
        ["0#0", "0#1", "0#2", "0#3"], ["0#2", "0#3", "0#4", "0#5"], ["0#4", "0#5", "0#6"],
      ])
    #expect(windows.map(\.precedingCount) == [0, 2, 2])
  }

  private func cut(_ references: [TokenizedReference], _ context: EncodingContext, limit: Int) -> [ReferenceWindow] {
    var cutter = WindowCutter(context: context, tokenLimit: limit)
    var windows = references.compactMap { cutter.append($0) }
    if let last = cutter.finish() { windows.append(last) }
    return windows
  }

  private func reference(_ document: Int, _ chunk: Int, tokenCount: Int) -> TokenizedReference {
    TokenizedReference(
      id: "\(document)#\(chunk)", documentID: "\(document)", tokens: Array(repeating: 7, count: tokenCount))
  }
}
