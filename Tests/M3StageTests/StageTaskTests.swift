import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

/// Tasks of one stage that different processes carry out.
@Suite struct StageTaskTests {
  let inputs: TemporaryFolder
  let output: TemporaryFolder
  let stage: CopyStage

  init() throws {
    inputs = try TemporaryFolder()
    output = try TemporaryFolder()
    stage = try CopyStage(inputs, StageFolder(output.path))
  }

  private func file(_ name: String) -> String { stage.folder.file(name) }

  @Test func aTaskNeedsAPlan() throws {
    #expect(throws: StageError.notPlanned(folder: output.path)) { try stage.run([0]) }
    #expect(try FilePaths.list(output.path) == [])
  }

  @Test func oneTaskAfterAnother() throws {
    _ = try stage.work.plan()
    let (performed, summary) = try stage.run([1])
    #expect(performed == [1])
    #expect(summary.isComplete == false)
    #expect(summary.account.input == 2)
    #expect(try FilePaths.kind(file("report.json")) == nil)
    #expect(try stage.runner().missing() == [0])
    #expect(try stage.run([1]).performed == [])
    let last = try stage.run([0])
    #expect(last.performed == [0])
    #expect(last.summary.isComplete)
    #expect(last.summary.didClose)
    #expect(try stage.runner().missing() == [])
  }

  @Test func tasksGiveTheSameFilesAsOneRun() throws {
    let other = try TemporaryFolder()
    try CopyStage(inputs, StageFolder(other.path)).run()
    _ = try stage.work.plan()
    for index in [1, 0] { try stage.run([index]) }
    for name in [
      "part-00000.txt", "part-00001.txt", "plan.json", "report.json", "_done/0-of-2.json", "_done/1-of-2.json",
    ] {
      #expect(try text(file(name)) == text(other.file(name)), "\(name)")
    }
  }

  /// The outputs that each closing step was given.
  private final class Made {
    var outputs: [[[StageOutput]]] = []
  }

  private func closing(_ made: Made) -> StageRunner.Closing {
    StageRunner.Closing(
      isDone: { try FilePaths.kind(file("closed")) != nil },
      perform: { outputs in
        made.outputs.append(outputs)
        try AtomicFile.write([1], to: file("closed"))
      })
  }

  @Test func theLastStepIsDoneOnceAndByWhoeverIsLast() throws {
    _ = try stage.work.plan()
    let made = Made()
    try stage.run([0], closing: closing(made))
    #expect(made.outputs.isEmpty)
    try stage.run([1], closing: closing(made))
    try stage.run(closing: closing(made))
    #expect(made.outputs.count == 1)
    #expect(made.outputs.first?.map { $0.map(\.attributes) } == [[["task": 0]], [["task": 1]]])
  }

  @Test(arguments: ["closed", "report.json"])
  func aLastStepThatIsMissingIsDoneAgain(lost: String) throws {
    let made = Made()
    try stage.run(closing: closing(made))
    let before = try text(file(lost))
    try FilePaths.remove(file(lost))
    #expect(try stage.runner().missing(closing: closing(made)) == [1])
    let (performed, summary) = try stage.run([1], closing: closing(made))
    #expect(performed == [])
    #expect(summary.didClose)
    #expect(try text(file(lost)) == before)
    #expect(try stage.runner().missing(closing: closing(made)) == [])
  }

  /// An array does not hash the whole corpus once a task.
  @Test func aTaskLooksAtTheContentOfItsOwnInputsOnly() throws {
    _ = try stage.work.plan()
    try inputs.write(Array("CONTENT of a".utf8), "a")
    #expect(try stage.run([1]).performed == [1])
    #expect(throws: StageError.self) { try stage.run([0]) }
    let error = #expect(throws: StageError.self) { try stage.run() }
    #expect(error == .changed(folder: output.path, differences: ["input a: its content changed"]))
  }

  @Test func whatATaskCostIsKept() throws {
    try stage.run()
    let bytes = try ReadableFile.contents(of: file("_runs/1-of-2.json"), limit: 1000)
    let record = try JSONValue.parse(bytes).objectValue
    #expect(record?["workers"] == 1)
    #expect(record?["peak_memory_bytes"]?.integerValue ?? 0 > 1 << 20)
    #expect(record?["cpu_milliseconds"]?.integerValue ?? -1 >= 0)
    #expect(record?["wall_milliseconds"]?.integerValue ?? -1 >= 0)
  }

  @Test func factsAreFoundOnceAndStandInThePlan() throws {
    var work = stage.work
    var count = 0
    work.facts = { inputs in
      count += 1
      return ["files": .integer(Int64(inputs.joined().count))]
    }
    let plan = try work.plan()
    #expect(plan.facts == ["files": 3])
    #expect(try work.plan() == plan)
    #expect(try work.existingPlan() == plan)
    #expect(count == 1)
    #expect(plan.fingerprint != (try stage.freshPlan().fingerprint))
  }
}

/// Parts of files as inputs.
@Suite struct StageRangeTests {
  private func work(_ folder: TemporaryFolder, _ path: String, _ ranges: [Range<UInt64>]) -> StageWork {
    StageWork(
      folder: StageFolder(folder.path), definition: StageDefinition(name: "copy", version: 1, settings: [:]),
      sources: { ranges.map { [StageSource(name: "lines", path: path, byteCount: UInt64($0.count), range: $0)] } })
  }

  @Test func rangesKnowTheirFirstLineAndContent() throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    try inputs.write(Array("one\ntwo\n\nthree\nfour".utf8), "lines")
    let path = inputs.file("lines")
    let work = work(output, path, [0..<4, 4..<15, 15..<19])
    let plan = try work.plan()
    #expect(plan.tasks.map { $0[0].firstLine } == [1, 2, 5])
    #expect(plan.tasks[1][0].digest == SHA256Digest.of(Array("two\n\nthree\n".utf8)))
    #expect(try work.existingPlan() == plan)

    let other = self.work(output, path, [0..<8, 8..<15, 15..<19])
    #expect(
      throws: StageError.changed(
        folder: output.path, differences: ["tasks: the inputs are divided in another way"])
    ) { try other.plan() }
    try inputs.write(Array("one\ntwo\n\nthrEe\nfour".utf8), "lines")
    #expect(
      throws: StageError.changed(folder: output.path, differences: ["input lines[4..<15]: its content changed"])
    ) { try work.plan() }
  }

  @Test func aFileThatBecameShorterIsNamed() throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    try inputs.write(Array("one\ntwo\n".utf8), "lines")
    let error = #expect(throws: FormatError.self) { try work(output, inputs.file("lines"), [0..<4, 4..<9]).plan() }
    #expect(error?.file == inputs.file("lines"))
  }
}
