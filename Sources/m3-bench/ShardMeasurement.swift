import M3Bank
import M3Bytes
import M3Command
import M3Sharding
import M3Stage

/// Writes a bank into a scratch folder as `m3-shard` does, and reads the records of one that was written so.
struct ShardMeasurement {
  /// Of the bank.
  let manifest: BankManifest
  private let memories: MemoryInput
  private let settings: ShardSettings
  private let workers: Int
  private let folder: ScratchFolder
  /// Numbers of all records, shuffled.
  private let shuffled: [UInt64]

  private var readPath: String { folder.file("bank") }
  private var written: StageFolder { StageFolder(bank: folder.file("written")) }

  /// Writes the bank that is read.
  /// - Throws: ``StageError``; ``FormatError``; ``FileError``.
  init(_ memories: MemoryInput, settings: ShardSettings, workers: Int, seed: UInt64) throws {
    self.memories = memories
    self.settings = settings
    self.workers = workers
    folder = try ScratchFolder()
    let path = folder.file("bank")
    try Self.write(memories, to: StageFolder(bank: path), settings, workers: workers)
    manifest = try BankDirectory(path: path).manifest
    var random = SplitMix64(state: seed)
    shuffled = manifest.recordNumbers.shuffled(using: &random)
  }

  var steps: [(name: String, run: () throws -> Void)] {
    [
      ("write", { try Self.write(memories, to: written, settings, workers: workers) }),
      ("read_in_order", { try read(manifest.recordNumbers) }), ("read_at_random", { try read(shuffled) }),
    ]
  }

  /// Removes what the step `write` wrote.
  func removeOutput() throws {
    try ScratchFolder.removeTree(written.path)
    try ScratchFolder.removeTree(written.statePath)
  }

  /// The whole stage: plan with its survey, tasks, manifest and report.
  private static func write(
    _ memories: MemoryInput, to folder: StageFolder, _ settings: ShardSettings, workers: Int
  ) throws {
    let work = StageWork(
      folder: folder,
      definition: StageDefinition(name: "shard", version: ShardStage.version, settings: settings.json),
      sources: { try memories.sources() },
      facts: {
        try ShardStage.facts(
          $0, codecName: settings.codec, rejectedCounts: memories.memories().accounts.map(\.rejectedSum))
      })
    let plan = try work.plan()
    let stage = try ShardStage(
      folder: folder, plan: plan, compressionLevel: Int32(settings.compressionLevel), workers: workers)
    _ = try StageRunner(work, plan: plan, workers: workers).run(closing: ShardStage.closing(folder) { stage }) { task in
      try stage.run(task, advance: { _ in })
    }
  }

  private func read(_ numbers: [UInt64]) throws {
    let bank = try BankDirectory(path: readPath)
    for number in numbers { _ = try bank.record(number: number) }
  }
}

extension BankManifest {
  /// In the bank's order.
  fileprivate var recordNumbers: [UInt64] {
    shards.flatMap { shard in shard.lastRecord + 1 - UInt64(shard.recordCount)...shard.lastRecord }
  }
}
