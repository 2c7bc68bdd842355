import M3Bank
import M3Bytes
import M3Command
import M3Retrieval
import M3Stage
import M3Text

/// Plans and runs what was asked for.
struct IndexJob: StageJob {
  let bank: BankDirectory
  let embedder: any TextEmbedder
  let configuration: IndexConfiguration
  /// Signs the index.
  let key: SigningKey?

  func plan() throws {
    try advising { try execution(stage(workers: 1)).plan() }
  }

  func run(_ tasks: TaskOptions, _ options: RunOptions) throws {
    let stage = stage(workers: options.workerCount)
    let isComplete = try advising {
      try execution(stage).run(tasks, options) { _ in
        { task, advance in try stage.run(task, advance: advance) }
      }
    }
    guard isComplete else { return }
    let index = try IndexManifest(bank: bank.path)
    StandardOutput.write("\(index.factory): \(index.count) vectors of \(index.dimension), \(index.size) bytes\n")
  }

  /// The folder's place follows from the bank's: to use another one is no way out.
  private func advising<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch StageError.changed(let folder, let differences) {
      throw StageError.changed(
        folder: folder, differences: differences + ["to index the bank anew, remove \(folder)"])
    }
  }

  private func stage(workers: Int) -> IndexStage {
    IndexStage(bank: bank, embedder: embedder, configuration: configuration, workers: workers, signedBy: key)
  }

  private func execution(_ stage: IndexStage) -> StageExecution {
    StageExecution(
      stage.work, tool: "m3-index", unit: "references", total: { bank.count }, closing: { _ in stage.closing })
  }
}
