import M3Command
import M3Encoder
import M3Memory
import M3Stage
import M3Text
import M3Transformer

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
      let stage = try stage(workers: options.workerCount)
      return { task, advance in try stage.run(task, folder: work.folder, advance: advance) }
    }
  }

  /// Reads the weights.
  private func stage(workers: Int) throws -> EncodeStage {
    let loaded = try LoadedModel(file, arithmetic: settings.arithmetic)
    return EncodeStage(
      model: loaded.model, tokenizer: loaded.tokenizer, producer: producer,
      bos: BOSMemory(tokens: producer.bosTokens, model: loaded.model),
      configuration: file.encoderConfiguration(settings, producer: producer), badInput: badInput, workers: workers)
  }
}
