import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport

/// A stage that copies its inputs, over two tasks of one and two files.
struct CopyStage {
  let inputs: TemporaryFolder
  let folder: StageFolder
  var definition = StageDefinition(name: "copy", version: 3, settings: ["kept": true, "limit": 128])
  var division = [["a"], ["b", "c"]]

  init(_ inputs: TemporaryFolder, _ folder: StageFolder) throws {
    self.inputs = inputs
    self.folder = folder
    for name in ["a", "b", "c"] { try inputs.write(Array("content of \(name)".utf8), name) }
  }

  var work: StageWork {
    StageWork(folder: folder, definition: definition, sources: { try division.map { try $0.map(source) } })
  }

  private func source(_ name: String) throws -> StageSource {
    StageSource(name: name, path: inputs.file(name), byteCount: try FilePaths.size(inputs.file(name)))
  }

  /// The plan as it is made where there is none.
  func freshPlan() throws -> StagePlan {
    StagePlan(
      definition: definition,
      tasks: try division.map { try $0.map { try StageInput(name: $0, path: inputs.file($0)) } })
  }

  func runner() throws -> StageRunner {
    StageRunner(work, plan: try work.plan(), workers: 1)
  }

  /// Runs what is not done.
  ///
  /// - Parameters:
  ///   - indices: tasks to run, of the plan that is there; nil for all, of a plan that is made.
  ///   - change: the books of a task, before they are handed in.
  /// - Returns: the tasks that were carried out, in order.
  @discardableResult
  func run(
    _ indices: [Int]? = nil, closing: StageRunner.Closing = .none,
    change: (StageTask, inout StageAccount) throws -> Void = { _, _ in }
  ) throws -> (performed: [Int], summary: StageRunner.Summary) {
    var performed: [Int] = []
    let plan = try indices == nil ? work.plan() : work.existingPlan()
    let runner = StageRunner(work, plan: plan, workers: 1)
    let summary = try runner.run(indices, closing: closing) { task in
      performed.append(task.index)
      var account = StageAccount()
      for input in task.inputs {
        account.input += 1
        account.kept += 1
        account.totals["bytes", default: 0] += Int(input.byteCount)
      }
      try change(task, &account)
      let name = "part-\(task.number).txt"
      let bytes = try task.inputs.flatMap { try ReadableFile.contents(of: $0.path, limit: 1000) }
      let digest = try AtomicFile.write(bytes, to: folder.file(name))
      let output = StageOutput(
        name: name, byteCount: UInt64(bytes.count), digest: digest, attributes: ["task": .integer(Int64(task.index))])
      return StageResult(outputs: [output], account: account)
    }
    return (performed, summary)
  }
}

func text(_ path: String) throws -> String {
  String(decoding: try ReadableFile.contents(of: path, limit: 1 << 20), as: UTF8.self)
}
