import M3Bytes
import M3JSON

/// Carries out the tasks of a stage under its contract: plan first, then each task's outputs, its marker last, and a
/// report of all of them.
///
/// A task with a valid marker is not run again. What a task may not do: write a file that another task writes, or
/// depend on anything but its inputs and the definition.
public struct StageRunner {
  public let folder: StageFolder
  public let plan: StagePlan

  /// Fixes the plan, or checks that the folder's is the same.
  ///
  /// - Throws: ``StageError`` `changed` with the differences.
  public init(folder: StageFolder, plan: StagePlan) throws {
    guard !plan.tasks.isEmpty else { throw StageError.nothingToDo("no input files") }
    self.folder = folder
    self.plan = plan
    try folder.create()
    try Self.exclusively(folder) {
      if let found = try folder.json(folder.planPath) {
        let differences = plan.differences(from: found)
        guard differences.isEmpty else { throw StageError.changed(folder: folder.path, differences: differences) }
      } else {
        try AtomicFile.write(JSONValue.object(plan.json).serialized(.canonical), to: folder.planPath)
      }
    }
  }

  /// Runs `body` while no other process writes what the tasks of the folder share: plan, report, a bank's manifest.
  /// - Throws: ``FileError`` `lock` where another process does; what `body` throws.
  public func exclusively<Result>(_ body: () throws -> Result) throws -> Result {
    try Self.exclusively(folder, body)
  }

  private static func exclusively<Result>(_ folder: StageFolder, _ body: () throws -> Result) throws -> Result {
    let lock = try FileLock(path: folder.sharedLockPath)
    return try withExtendedLifetime(lock, body)
  }

  /// What a run did.
  public struct Summary: Sendable {
    /// Tasks carried out now, and those that were done before.
    public var performedCount = 0
    public var skippedCount = 0
    public var account = StageAccount()
  }

  /// Runs every task that is not done, in order, then writes `report.json`.
  ///
  /// - Parameter body: writes the task's outputs atomically and says what it wrote.
  /// - Throws: ``StageError`` `unbalanced` and `upstreamStale`; ``FileError`` `lock` where another process runs the
  ///   task; what `body` throws.
  public func run(_ body: (StageTask) throws -> (outputs: [StageOutput], account: StageAccount)) throws -> Summary {
    var summary = Summary()
    for index in plan.tasks.indices {
      let task = StageTask(index: index, count: plan.tasks.count, inputs: plan.tasks[index])
      if let account = try finished(task) {
        summary.skippedCount += 1
        summary.account.add(account)
        continue
      }
      let lock = try FileLock(path: folder.lockPath(task))
      try withExtendedLifetime(lock) { summary.account.add(try perform(task, body)) }
      summary.performedCount += 1
    }
    try exclusively { try writeReport(summary.account) }
    return summary
  }

  /// The books of all tasks where every one is done, else nil.
  public func finishedSummary() throws -> Summary? {
    var summary = Summary()
    for index in plan.tasks.indices {
      let task = StageTask(index: index, count: plan.tasks.count, inputs: plan.tasks[index])
      guard let account = try finished(task) else { return nil }
      summary.skippedCount += 1
      summary.account.add(account)
    }
    return summary
  }

  private func perform(
    _ task: StageTask, _ body: (StageTask) throws -> (outputs: [StageOutput], account: StageAccount)
  ) throws -> StageAccount {
    for input in task.inputs {
      let found = try StageInput(name: input.name, path: input.path)
      guard found.digest == input.digest else {
        throw StageError.upstreamStale(folder: input.path, what: "SHA-256 \(found.digest), planned \(input.digest)")
      }
    }
    let (outputs, account) = try body(task)
    guard account.isBalanced else {
      throw StageError.unbalanced(
        task: task.label, input: account.input, kept: account.kept, rejected: account.rejected.values.reduce(0, +))
    }
    let marker = StageMarker(fingerprint: plan.fingerprint, outputs: outputs, account: account)
    try AtomicFile.write(marker.json.serialized(.canonical), to: folder.markerPath(task))
    return account
  }

  /// The books of a task that is done: its marker is of this plan, and its outputs have the sizes it says.
  private func finished(_ task: StageTask) throws -> StageAccount? {
    guard let marker = try folder.marker(task), marker.fingerprint == plan.fingerprint else { return nil }
    for output in marker.outputs {
      let path = folder.file(output.name)
      guard try FilePaths.kind(path) == .file, try FilePaths.size(path) == output.byteCount else { return nil }
    }
    // A run that was killed between its marker and its lock's end left the lock's file; one that goes on holds it.
    if try FilePaths.kind(folder.lockPath(task)) != nil { _ = try? FileLock(path: folder.lockPath(task)) }
    return marker.account
  }

  private func writeReport(_ account: StageAccount) throws {
    var report = account.json
    report["stage"] = .string(plan.definition.name)
    report["tasks"] = .integer(Int64(plan.tasks.count))
    report["fingerprint"] = .string(plan.fingerprint)
    try AtomicFile.write(JSONValue.object(report).serialized(.pretty), to: folder.reportPath)
  }
}
