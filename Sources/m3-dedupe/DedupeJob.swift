import M3Command
import M3Dedupe
import M3Records
import M3Stage

/// Plans and runs steps that were asked for, one after another.
struct DedupeJob: StageJob {
  let configuration: DedupeStageConfiguration
  let texts: TextInput
  let output: String
  let steps: [DedupeStep]

  /// Later steps are planned when those before are done.
  func plan() throws {
    try execution(stage(workers: 1), steps[0]).plan()
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    if steps.count > 1 { try refuse(tasks) }
    let stage = stage(workers: options.workerCount)
    // Said before the steps' work, not behind it.
    let name = stage.work(.drop).definition.name
    if let found = try StageFolder(output).definition(), found.name != name {
      throw StageError.changed(
        folder: output, differences: ["stage: \"\(found.name)\" there, \"\(name)\" now"])
    }
    for step in steps {
      let isComplete = try execution(stage, step).run(tasks, options) { _ in
        { task, advance in try stage.run(step, task, advance: advance) }
      }
      guard isComplete else { return }
    }
  }

  /// An index, also a driver's, is of one step: with it, each step would do a part and the next one find the rest missing.
  private func refuse(_ tasks: TaskOptions) throws {
    guard try tasks.index() == nil, tasks.taskCount == nil, !tasks.listMissing else {
      throw UsageError("tasks are those of one step: m3-dedupe signatures, buckets, cluster or drop")
    }
  }

  private func stage(workers: Int) -> DedupeStage {
    DedupeStage(
      configuration, input: DedupeInput(upstream: texts.upstream, sources: { try texts.sources() }), output: output,
      workers: workers)
  }

  private func execution(_ stage: DedupeStage, _ step: DedupeStep) -> StageExecution {
    let isText = step == .signatures || step == .drop
    return StageExecution(
      stage.work(step), tool: "m3-dedupe", unit: step == .buckets ? "keys" : "\(configuration.level.rawValue)s",
      total: { isText ? try texts.count() : nil }, closing: { _ in stage.closing(step) })
  }
}
