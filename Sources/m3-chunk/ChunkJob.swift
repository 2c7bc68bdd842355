import M3Chunking
import M3Command
import M3Stage
import M3Text

/// Plans and runs what was asked for.
struct ChunkJob: StageJob {
  let work: StageWork
  let settings: ChunkSettings
  let tokenizer: Tokenizer
  let badInput: BadInputPolicy
  let texts: TextInput

  private var execution: StageExecution {
    StageExecution(
      work, tool: "m3-chunk", unit: "documents", total: { try texts.count() },
      closing: { _ in ChunkStage.closing(work.folder) })
  }

  func plan() throws {
    try execution.plan()
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    try execution.run(tasks, options) { _ in
      let stage = ChunkStage(
        chunker: Chunker(
          tokenizer: tokenizer, configuration: ChunkConfiguration(maximumTokens: settings.maximumTokens)),
        fields: settings.fields, withTokenIDs: settings.withTokenIDs, badInput: badInput, workers: options.workerCount)
      return { task, advance in try stage.run(task, folder: work.folder, advance: advance) }
    }
  }
}
