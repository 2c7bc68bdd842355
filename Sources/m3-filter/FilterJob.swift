import M3Command
import M3Filter
import M3JSON
import M3Records
import M3Stage

/// Plans and runs what was asked for.
struct FilterJob: StageJob {
  let work: StageWork
  let settings: FilterSettings
  let filter: TextFilter
  let scorer: (any QualityScorer)?
  let texts: TextInput
  let level: TextLevel
  let badInput: BadInputPolicy
  let rejected: String?

  /// The plan's name for the score that the keep fraction comes to.
  static let thresholdFact = "min_quality"

  private var execution: StageExecution {
    StageExecution(
      work, tool: "m3-filter", unit: "\(level.rawValue)s", total: { try texts.count() },
      closing: { FilterStage.closing($0, rejectedFolder: rejected) })
  }

  func plan() throws {
    try execution.plan()
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    try execution.run(tasks, options) { plan in
      let stage = FilterStage(
        filter: filter, quality: try gate(plan), level: level, fields: settings.fields, badInput: badInput,
        rejectedFolder: rejected, workers: options.workerCount)
      return { task, advance in try stage.run(task, folder: work.folder, advance: advance) }
    }
  }

  private func gate(_ plan: StagePlan) throws -> QualityGate? {
    guard let scorer else { return nil }
    guard let threshold = settings.minimumQuality ?? plan.facts[Self.thresholdFact]?.doubleValue else {
      throw UsageError("\(work.folder.path): the plan says no score to keep")
    }
    return QualityGate(scorer: scorer, threshold: threshold)
  }
}
