import M3Bytes
import M3JSON

/// Carries out tasks of a planned stage under its contract: each task's outputs, then its marker; when all are there, the
/// stage's last step and the report.
///
/// A task with a valid marker is not run again. Any number of processes may carry out different tasks in one folder. What
/// a task may not do: write a file that another task writes, or depend on anything but its inputs and the plan.
public struct StageRunner {
  public let folder: StageFolder
  public let plan: StagePlan
  private let upstream: StageUpstream?
  private let workers: Int
  private let fingerprint: String

  /// - Parameters:
  ///   - plan: of `work`, in its folder.
  ///   - workers: threads that the tasks use, for the records of what they cost.
  public init(_ work: StageWork, plan: StagePlan, workers: Int) {
    folder = work.folder
    upstream = work.upstream
    self.plan = plan
    self.workers = workers
    fingerprint = plan.fingerprint
  }

  /// What is done once, when all tasks are: a bank's manifest.
  public struct Closing {
    /// Whether what ``perform`` made is still there.
    public var isDone: () throws -> Bool
    /// Given the outputs of each task.
    public var perform: ([[StageOutput]]) throws -> Void

    public init(isDone: @escaping () throws -> Bool, perform: @escaping ([[StageOutput]]) throws -> Void) {
      self.isDone = isDone
      self.perform = perform
    }

    /// Nothing but the report.
    public static var none: Closing { Closing(isDone: { true }, perform: { _ in }) }
  }

  /// What a run did.
  public struct Summary: Sendable {
    /// Tasks carried out now, and those that were done before.
    public var performedCount = 0
    public var skippedCount = 0
    /// Books of those tasks.
    public var account = StageAccount()
    /// Tasks of the stage.
    public var taskCount = 0
    /// Whether every task of the stage is done, and the last step too.
    public var isComplete = false
    /// Whether the last step was carried out now.
    public var didClose = false
  }

  /// Runs tasks that are not done, in order; whoever finds all of them done carries out the last step and writes
  /// `report.json`.
  ///
  /// - Parameters:
  ///   - indices: tasks to run; nil for all.
  ///   - body: writes a task's outputs atomically and says what it wrote.
  /// - Throws: ``StageError`` `unbalanced`, `upstreamStale`, `changed`; ``FileError`` `lock` where another process runs
  ///   the task; what `body` and `closing` throw.
  public func run(
    _ indices: [Int]? = nil, closing: Closing = .none, _ body: (StageTask) throws -> StageResult
  ) throws -> Summary {
    var summary = Summary()
    summary.taskCount = plan.tasks.count
    for index in indices ?? Array(plan.tasks.indices) {
      let task = plan.task(index)
      if let marker = try finished(task) {
        summary.skippedCount += 1
        summary.account.add(marker.account)
        continue
      }
      try folder.create()
      let lock = try FileLock(path: folder.lockPath(task))
      try withExtendedLifetime(lock) {
        // Another process may have finished it before the lock was ours.
        if let marker = try finished(task) {
          summary.skippedCount += 1
          summary.account.add(marker.account)
        } else {
          summary.account.add(try perform(task, body))
          summary.performedCount += 1
        }
      }
    }
    if summary.skippedCount > 0 { try folder.sync() }
    (summary.isComplete, summary.didClose) = try close(closing)
    return summary
  }

  /// Indices of the tasks that are not done; the last task's where all are and the last step is not, so that a driver
  /// that runs what is listed comes to an end.
  public func missing(closing: Closing = .none) throws -> [Int] {
    let missing = try plan.tasks.indices.filter { try finished(plan.task($0)) == nil }
    if missing.isEmpty, try !isClosed(closing) { return [plan.tasks.count - 1] }
    return missing
  }

  /// Books of the tasks that are done.
  public func finishedAccount() throws -> StageAccount {
    var account = StageAccount()
    for index in plan.tasks.indices {
      if let marker = try finished(plan.task(index)) { account.add(marker.account) }
    }
    return account
  }

  private func perform(_ task: StageTask, _ body: (StageTask) throws -> StageResult) throws -> StageAccount {
    let meter = RunMeter()
    // A marker whose outputs are gone says nothing, and must not stand while they are made again.
    try FilePaths.remove(folder.markerPath(task))
    try upstream?.check(task)
    for input in task.inputs { try input.requireUnchanged(isVouched: upstream != nil) }
    let result = try body(task)
    let account = result.account
    guard account.isBalanced else {
      throw StageError.unbalanced(
        task: task.label, input: account.input, kept: account.kept, rejected: account.rejectedSum)
    }
    try AtomicFile.write(
      JSONValue.object(meter.record(workers: workers).json).serialized(.canonical), to: folder.runPath(task))
    let marker = StageMarker(fingerprint: fingerprint, definition: plan.definition, result: result)
    try AtomicFile.write(marker.json.serialized(.canonical), to: folder.markerPath(task))
    return account
  }

  /// The marker of a task that is done: it is of this plan, and its outputs have the sizes it says.
  /// - Throws: ``StageError`` `changed` for a marker of another plan.
  private func finished(_ task: StageTask) throws -> StageMarker? {
    guard let marker = try folder.marker(task) else { return nil }
    guard marker.fingerprint == fingerprint else {
      throw StageError.changed(
        folder: folder.path, differences: marker.differences(from: plan.definition, name: "\(task.label).json"))
    }
    guard try marker.outputs.allSatisfy(folder.holds) else { return nil }
    // A run that goes on holds it.
    try folder.removeLeftLock(task.label)
    return marker
  }

  private func close(_ closing: Closing) throws -> (isComplete: Bool, now: Bool) {
    guard try folder.markerNames().count >= plan.tasks.count else { return (false, false) }
    var markers: [StageMarker] = []
    for index in plan.tasks.indices {
      guard let marker = try finished(plan.task(index)) else { return (false, false) }
      markers.append(marker)
    }
    // Nothing may be more durable than what it sums up.
    try folder.sync()
    if try isClosed(closing) {
      try folder.removeLeftLocks()
      return (true, false)
    }
    let didClose = try folder.exclusively {
      if try isClosed(closing) { return false }
      try closing.perform(markers.map(\.outputs))
      var account = StageAccount()
      for marker in markers { account.add(marker.account) }
      try writeReport(account)
      return true
    }
    try folder.removeLeftLocks()
    return (true, didClose)
  }

  private func isClosed(_ closing: Closing) throws -> Bool {
    guard try folder.reportedFingerprint() == fingerprint else { return false }
    return try closing.isDone()
  }

  private func writeReport(_ account: StageAccount) throws {
    var report = account.json
    report["stage"] = .string(plan.definition.name)
    report["tasks"] = .integer(Int64(plan.tasks.count))
    report["fingerprint"] = .string(fingerprint)
    try AtomicFile.write(JSONValue.object(report).serialized(.pretty), to: folder.reportPath)
  }
}
