import M3Inference
import M3JSON
import Testing

/// The arithmetic of an evaluation, by hand.
@Suite struct EvaluationResultTests {
  /// Tasks a of two items and b of one.
  static let items = [item("1", "b"), item("2", "a"), item("3", "a")]

  static func item(_ id: String, _ task: String) -> EvaluationItem {
    EvaluationItem(id: id, referenceID: "r", task: task, context: "c", target: "t")
  }

  static func result(none: [Double]?, text: [Double]?, memory: [Double]?) -> EvaluationResult {
    var losses: [EvaluationMode: [Double]] = [:]
    losses[.none] = none
    losses[.text] = text
    losses[.memory] = memory
    return EvaluationResult(items: items, losses: losses, bytesPerReference: 1234.5)
  }

  let whole = result(none: [4, 3, 5], text: [1, 2, 2], memory: [2, 2, 3])

  @Test func tasksCountTheSame() {
    #expect(whole.tasks == ["a", "b"])
    #expect(whole.loss(.none, task: "a") == 4)
    #expect(whole.loss(.none, task: "b") == 4)
    #expect(whole.loss(.text, task: "a") == 2)
    #expect(whole.loss(.text) == 1.5)
    #expect(whole.loss(.memory) == 2.25)
  }

  @Test func recovered() {
    #expect(whole.recovered(task: "a") == 0.75)
    #expect(whole.recovered(task: "b") == 2.0 / 3)
    // Of the means, which is not the mean of the shares.
    #expect(whole.recovered() == (4 - 2.25) / (4 - 1.5))
  }

  @Test func moreThanTextAndLessThanNothing() {
    #expect(Self.result(none: [4, 4, 4], text: [2, 2, 2], memory: [1, 1, 1]).recovered() == 1.5)
    #expect(Self.result(none: [4, 4, 4], text: [2, 2, 2], memory: [5, 5, 5]).recovered() == -0.5)
  }

  @Test(arguments: [[4, 4, 4], [4, 4, 5]] as [[Double]])
  func nothingIsRecoveredOfTextThatDoesNotHelp(text: [Double]) {
    let result = Self.result(none: [4, 4, 4], text: text, memory: [3, 3, 3])
    #expect(result.recovered() == nil)
    #expect(result.recoveredInterval() == nil || text != [4, 4, 4])
    #expect(result.json["recovered"] == nil)
  }

  @Test(arguments: [Double.infinity, .nan]) func nothingIsRecoveredWhereALossIsNoNumber(loss: Double) {
    let result = Self.result(none: [4, 4, 4], text: [2, 2, 2], memory: [3, loss, 3])
    #expect(result.recovered() == nil)
    #expect(result.recoveredInterval() != nil)
    #expect(result.json["recovered"] == nil)
  }

  @Test func modesThatWereNotMeasured() {
    let result = Self.result(none: [4, 3, 5], text: nil, memory: [2, 2, 3])
    #expect(result.loss(.text) == nil)
    #expect(result.recovered() == nil)
    #expect(result.recovered(task: "a") == nil)
    #expect(result.recoveredInterval() == nil)
    #expect(result.json["modes"]?.objectValue?.members.map(\.key) == ["none", "memory"])
    #expect(result.json["recovered"] == nil)
  }

  /// Task a draws (2, 2), (2, 3), (3, 2) or (3, 3), a quarter of the draws each; b has one item and never changes.
  @Test func intervalSpansTheDraws() {
    func recovered(_ drawn: [Int]) -> Double {
      func mean(_ b: Double, _ a: [Double]) -> Double { (b + (a[drawn[0]] + a[drawn[1]]) / 2) / 2 }
      let (none, text, memory) = (mean(4, [3, 5]), mean(1, [2, 2]), mean(2, [2, 3]))
      return (none - memory) / (none - text)
    }
    let interval = whole.recoveredInterval()
    #expect(interval?.lowerBound == min(recovered([0, 0]), recovered([1, 1])))
    #expect(interval?.upperBound == max(recovered([0, 0]), recovered([1, 1])))
    #expect(interval == whole.recoveredInterval())
  }

  @Test func intervalOfEqualItemsIsAPoint() {
    let interval = Self.result(none: [4, 4, 4], text: [2, 2, 2], memory: [3, 3, 3]).recoveredInterval()
    #expect(interval == 0.5...0.5)
  }

  @Test func json() {
    let object = whole.json
    #expect(object["items"] == 3)
    #expect(object["bytes_per_reference"] == .double(1234.5))
    #expect(
      object["modes"]?.objectValue?["memory"] == ["nll": .double(2.25), "tasks": ["a": .double(2.5), "b": .double(2)]])
    #expect(object["recovered"] == .double(0.7))
    #expect(object["recovered_tasks"] == ["a": .double(0.75), "b": .double(2.0 / 3)])
    #expect(object["recovered_ci"]?.arrayValue?.count == 2)
  }
}
