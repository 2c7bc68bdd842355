import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

@Suite struct StageRunnerTests {
  let inputs: TemporaryFolder
  let output: TemporaryFolder
  var stage: CopyStage

  init() throws {
    inputs = try TemporaryFolder()
    output = try TemporaryFolder()
    stage = try CopyStage(inputs, StageFolder(output.file("made/here")))
  }

  private func file(_ name: String) -> String { stage.folder.file(name) }

  @Test func everyTaskOnceAndInOrder() throws {
    let (performed, summary) = try stage.run()
    #expect(performed == [0, 1])
    #expect(summary.performedCount == 2)
    #expect(summary.skippedCount == 0)
    #expect(summary.account.input == 3)
    #expect(summary.account.totals == ["bytes": 36])
    #expect(try text(file("part-00001.txt")) == "content of bcontent of c")
    #expect(
      try FilePaths.list(stage.folder.path) == [
        "_done", "_runs", "part-00000.txt", "part-00001.txt", "plan.json", "report.json",
      ])
    #expect(try FilePaths.list(file("_done")) == ["0-of-2.json", "1-of-2.json"])
  }

  @Test func aSecondRunDoesNothing() throws {
    try stage.run()
    let before = try FilePaths.list(stage.folder.path).filter { !$0.hasPrefix("_") }.map { try text(file($0)) }
    let (performed, summary) = try stage.run()
    #expect(performed == [])
    #expect(summary.performedCount == 0)
    #expect(summary.skippedCount == 2)
    #expect(summary.account.totals == ["bytes": 36])
    #expect(try FilePaths.list(stage.folder.path).filter { !$0.hasPrefix("_") }.map { try text(file($0)) } == before)
  }

  @Test(arguments: ["gone", "shorter"])
  func aTaskWhoseOutputIsNotThereRunsAgain(damage: String) throws {
    try stage.run()
    if damage == "gone" {
      try FilePaths.remove(file("part-00000.txt"))
    } else {
      try AtomicFile.write([1], to: file("part-00000.txt"))
    }
    #expect(try stage.run().performed == [0])
    #expect(try text(file("part-00000.txt")) == "content of a")
  }

  struct Interruption: Error {}

  @Test func whatFailedRunsAgainAndWhatWasDoneDoesNot() throws {
    #expect(throws: Interruption.self) {
      try stage.run { task, _ in if task.index == 1 { throw Interruption() } }
    }
    #expect(try FilePaths.list(file("_done")) == ["0-of-2.json"])
    #expect(try FilePaths.kind(file("report.json")) == nil)
    #expect(try stage.runner().missing() == [1])
    let (performed, summary) = try stage.run()
    #expect(performed == [1])
    #expect(summary.account.input == 3)
    #expect(summary.isComplete)
    #expect(try stage.runner().missing() == [])
  }

  @Test func markersOfAnotherPlanAreRefusedWithTheDifference() throws {
    try stage.run()
    try FilePaths.remove(file("plan.json"))
    var changed = stage
    changed.definition.settings["limit"] = 64
    #expect(
      throws: StageError.changed(
        folder: stage.folder.path,
        differences: ["_done/0-of-2.json: of another plan", "limit: 128 there, 64 now"])
    ) { try changed.run() }
  }

  @Test func markersOfAnotherNumberOfTasksAreRefused() throws {
    try stage.run()
    try FilePaths.remove(file("plan.json"))
    var changed = stage
    changed.division = [["a"], ["b"], ["c"]]
    #expect(
      throws: StageError.changed(
        folder: stage.folder.path,
        differences: ["_done/0-of-2.json: of a plan that is gone"])
    ) { try changed.run() }
    #expect(try FilePaths.kind(file("plan.json")) == nil)
  }

  /// Whoever lost the plan alone gets it again, and nothing runs twice.
  @Test func aLostPlanIsMadeAgain() throws {
    try stage.run()
    let plan = try text(file("plan.json"))
    try FilePaths.remove(file("plan.json"))
    #expect(try stage.run().performed == [])
    #expect(try text(file("plan.json")) == plan)
  }

  @Test func booksThatDoNotBalance() throws {
    #expect(throws: StageError.unbalanced(task: "1-of-2", input: 3, kept: 2, rejected: 2)) {
      try stage.run { task, account in
        guard task.index == 1 else { return }
        account.input += 1
        account.reject("short")
        account.reject("odd")
      }
    }
    #expect(try FilePaths.list(file("_done")) == ["0-of-2.json"])
  }

  @Test func reportSumsTheTasks() throws {
    try stage.run { task, account in
      account.input += task.index + 1
      for _ in 0...task.index { account.reject("short") }
    }
    #expect(
      try text(file("report.json")) == """
        {
          "fingerprint": "\(try stage.freshPlan().fingerprint)",
          "input": 6,
          "kept": 3,
          "rejected": {
            "short": 3
          },
          "stage": "copy",
          "tasks": 2,
          "totals": {
            "bytes": 36
          }
        }

        """)
  }

  @Test func inputsThatChangedSinceThePlan() throws {
    let runner = try stage.runner()
    try inputs.write(Array("CONTENT of b".utf8), "b")
    var performed: [Int] = []
    let error = #expect(throws: StageError.self) {
      try runner.run { task in
        performed.append(task.index)
        return StageResult(outputs: [], account: StageAccount())
      }
    }
    #expect(performed == [0])
    let digest = SHA256Digest.of(Array("content of b".utf8))
    let found = SHA256Digest.of(Array("CONTENT of b".utf8))
    #expect(error == .inputChanged(path: inputs.file("b"), what: "SHA-256 \(found), planned \(digest)"))
  }

  @Test func noInputsAreNothingToDo() throws {
    #expect(throws: StageError.nothingToDo("no input files")) {
      try StageWork(folder: stage.folder, definition: stage.definition, sources: { [] }).plan()
    }
    #expect(try FilePaths.kind(stage.folder.path) == nil)
  }

  @Test func aBankHoldsNothingButItsFiles() throws {
    let bank = try CopyStage(inputs, StageFolder(bank: output.file("bank//")))
    try bank.run()
    #expect(try FilePaths.list(output.file("bank")) == ["part-00000.txt", "part-00001.txt"])
    #expect(try FilePaths.list(output.file("bank.stage")) == ["_done", "_runs", "plan.json", "report.json"])
    #expect(try bank.run().performed == [])
  }

  @Test func theFolderCanBeMoved() throws {
    try stage.run()
    let moved = try TemporaryFolder()
    let other = try CopyStage(moved, stage.folder)
    #expect(try other.run().performed == [])
  }
}
