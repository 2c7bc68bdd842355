import M3Bank
import M3Bytes
import M3Command
import M3Sharding
import M3Stage

/// Plans and runs what was asked for.
struct ShardJob: StageJob {
  let work: StageWork
  let settings: ShardSettings
  let tasks: MemoryInput
  /// Signs the bank.
  let key: SigningKey?

  private func execution(workers: Int) -> StageExecution {
    StageExecution(
      work, tool: "m3-shard", unit: "records", total: { try tasks.memories().accounts.reduce(0) { $0 + $1.kept } },
      closing: { plan in ShardStage.closing(work.folder, signedBy: key) { try stage(plan, workers: workers) } })
  }

  func plan() throws {
    try execution(workers: 1).plan()
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    let isComplete = try execution(workers: options.workerCount).run(tasks, options) { plan in
      let stage = try stage(plan, workers: options.workerCount)
      return { task, advance in try stage.run(task, advance: advance) }
    }
    if isComplete { StandardOutput.write("root \(try BankDirectory(path: work.folder.path).manifest.root)\n") }
  }

  private func stage(_ plan: StagePlan, workers: Int) throws -> ShardStage {
    try ShardStage(
      folder: work.folder, plan: plan, compressionLevel: Int32(settings.compressionLevel), workers: workers)
  }
}
