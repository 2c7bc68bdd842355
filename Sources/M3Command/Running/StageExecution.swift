import Logging
public import M3Stage

/// How every stage's tool plans and runs: one task, all of them, or none and only their list.
public struct StageExecution {
  /// Carries out a task, telling how many records are done.
  public typealias TaskBody = (StageTask, _ advance: (Int) -> Void) throws -> StageResult

  public let work: StageWork
  /// The tool's name, and what it counts, for people.
  public let tool: String
  public let unit: String
  /// Records to come, where the stage before has told.
  public let total: () throws -> Int?
  public let closing: (StagePlan) throws -> StageRunner.Closing

  public init(
    _ work: StageWork, tool: String, unit: String, total: @escaping () throws -> Int? = { nil },
    closing: @escaping (StagePlan) throws -> StageRunner.Closing = { _ in .none }
  ) {
    self.work = work
    self.tool = tool
    self.unit = unit
    self.total = total
    self.closing = closing
  }

  /// Fixes the plan and prints the number of its tasks.
  public func plan() throws {
    StandardOutput.write("\(try work.plan().tasks.count)\n")
  }

  /// Carries out what was asked for.
  /// - Parameter body: makes what carries out a task; not called where nothing is left to do.
  /// - Returns: whether all tasks of the stage and its last step are done now, and not only listed.
  @discardableResult
  public func run(_ tasks: TaskOptions, _ options: RunOptions, body: (StagePlan) throws -> TaskBody) throws -> Bool {
    if tasks.listMissing {
      try list(tasks, options)
      return false
    }
    let index = try tasks.index()
    let plan = try plan(index: index)
    try tasks.check(index: index, planned: plan.tasks.count)
    let runner = StageRunner(work, plan: plan, workers: options.workerCount)
    let log = options.logLevel.logger(tool)
    let left = try index == nil ? total().map { try $0 - runner.finishedAccount().kept } : nil
    let progress = Progress(work.definition.name, unit: unit, total: left, mode: options.progress)
    var made: TaskBody?
    let summary = try runner.run(index.map { [$0] }, closing: closing(plan)) { task in
      let run = try made ?? body(plan)
      made = run
      return try logged(task, log) { try run(task) { progress.advance(by: $0) } }
    }
    progress.finish()
    let line = StageSummary.line(
      summary, unit: unit, output: work.folder.path, task: index, seconds: progress.elapsedSeconds)
    log.info("\(line)")
    return summary.isComplete
  }

  /// Says when a task begins and ends, and how much it read and wrote.
  private func logged(_ task: StageTask, _ log: Logger, _ run: () throws -> StageResult) rethrows -> StageResult {
    func sum(_ byteCounts: [UInt64]) -> Logger.MetadataValue { "\(byteCounts.reduce(0, +))" }
    var log = log
    log[metadataKey: "task"] = "\(task.label)"
    log.debug("task begins", metadata: ["bytes": sum(task.inputs.map(\.byteCount))])
    let clock = ContinuousClock()
    let start = clock.now
    let result = try run()
    log.debug(
      "task ends",
      metadata: [
        "bytes": sum(result.outputs.map(\.byteCount)),
        "seconds": "\((clock.now - start).inSeconds.formatted(decimals: 1))",
      ])
    return result
  }

  /// The plan that is there, for a task of it; else it is made. Tasks that begin together wait for the one that makes it.
  private func plan(index: Int?) throws -> StagePlan {
    guard index != nil, try work.folder.hasPlan() else { return try work.plan() }
    return try work.existingPlan()
  }

  private func list(_ tasks: TaskOptions, _ options: RunOptions) throws {
    let plan = try work.folder.hasPlan() ? work.existingPlan() : work.plan()
    try tasks.check(index: nil, planned: plan.tasks.count)
    let runner = StageRunner(work, plan: plan, workers: options.workerCount)
    for index in try runner.missing(closing: closing(plan)) { StandardOutput.write("\(index)\n") }
  }
}
