import M3Bytes
import M3Codec
import M3Command
import M3JSON
import M3Memory
import M3Quantizer
import M3Spool
import M3Stage

/// Plans and runs what was asked for.
struct QuantizeJob: StageJob {
  /// Bytes of a codebook at most.
  static let mostCodebookBytes = 1 << 30

  let work: StageWork
  let tasks: MemoryInput
  let training: TrainingJob
  /// Of a codebook that was trained before.
  let codebookPath: String?

  private var execution: StageExecution {
    StageExecution(
      work, tool: "m3-quantize", unit: "memories",
      total: { try tasks.memories().accounts.reduce(0) { $0 + $1.kept } })
  }

  func plan() throws {
    try execution.plan()
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    let isComplete = try execution.run(tasks, options) { plan in
      let stage = try stage(plan, options)
      return { task, advance in try stage.run(task, advance: advance) }
    }
    if isComplete { StandardOutput.write(try CodeSizes(work.folder).summary) }
  }

  /// Trains where nobody did, and opens the codec.
  private func stage(_ plan: StagePlan, _ options: RunOptions) throws -> QuantizeStage {
    let files = plan.tasks.map { MemoryFiles($0) }
    let source = try SampledMemories(files, size: training.settings.sampleReferences, seed: training.seed)
    let (codebook, description) = try CodecFiles(folder: work.folder).prepared {
      let bytes =
        try codebookPath.map { try ReadableFile.contents(of: $0, limit: Self.mostCodebookBytes) }
        ?? training.train(source, options)
      return (bytes, try training.description(of: bytes, codebookPath: codebookPath, sample: source, options))
    }
    let codec = try CodecRegistry.codec(description: description, shape: source.producer.shape) { codebook }
    return QuantizeStage(
      folder: work.folder, codec: codec, description: description,
      features: try codec.features.map { try training.features($0, of: source) }, workers: options.workerCount)
  }
}
