import M3Command
import M3Encoder
import M3Memory
import M3Stage

/// Plans and runs what was asked for.
struct EncodeJob: StageJob {
  let work: StageWork
  let settings: EncodeSettings
  let file: ModelFile
  let producer: Producer
  let badInput: BadInputPolicy
  let references: ReferenceInput

  private var execution: StageExecution {
    StageExecution(work, tool: "m3-encode", unit: "references", total: { try references.sources().count })
  }

  func plan() throws {
    try execution.plan()
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    try execution.run(tasks, options) { _ in
      let stage = try EncodeStage(
        file, settings: settings, producer: producer, badInput: badInput, workers: options.workerCount)
      return { task, advance in try stage.run(task, folder: work.folder, advance: advance) }
    }
  }
}
