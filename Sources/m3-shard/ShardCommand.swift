import ArgumentParser
import M3Bank
import M3Bytes
import M3Command
import M3Sharding
import M3Stage

@main
struct ShardCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "m3-shard",
    abstract: "Packs memories and their references into a bank.",
    discussion: """
      Writes shards, the BOS memory, the codebook and the manifest; plan, markers and report go to BANK.stage.
      """)

  @Option(help: "A folder of memories, as m3-encode wrote them.")
  var input: String

  @Option(help: "The folder of references that they were made from.")
  var references: String

  @Option(help: "The bank to make: a folder.")
  var output: String

  @Option(help: "How vectors are stored: bf16 or int4.")
  var codec: String?

  @OptionGroup var settingsOptions: SettingsOptions
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    var section = try settingsOptions.section("shard")
    section.override("codec", codec)
    let settings = try ShardSettings(&section)
    try ShardStage.requireCodec(settings.codec)
    let spools = try StageInputs.parts(of: input, suffix: ".spool.lz4")
    let texts = try StageInputs.parts(of: references, suffix: ".jsonl.zst")
    guard spools.count == texts.count else {
      throw UsageError(
        "\(input) has \(spools.count) parts, \(references) has \(texts.count): they do not belong together")
    }
    let plan = StagePlan(
      definition: StageDefinition(name: "shard", version: ShardStage.version, settings: settings.json),
      tasks: zip(spools, texts).map { [$0, $1] })
    let folder = StageFolder(bank: output)
    try refuseForeign(folder)
    let runner = try StageRunner(folder: folder, plan: plan)
    let progress = Progress(
      "shard", unit: "records", total: try UpstreamReport.references(input), mode: runOptions.progress)
    // The manifest is written last; what it lists besides the shards is made again where it is gone.
    if let summary = try runner.finishedSummary(),
      BankVerifier.verify(path: folder.path, level: .quick).outcome == .intact
    {
      return StageSummary.print("m3-shard", summary, unit: "records", output: output, seconds: progress.elapsedSeconds)
    }
    let stage = try ShardStage(
      folder: folder, codecName: settings.codec, compressionLevel: Int32(settings.compressionLevel), spools: spools,
      inputFingerprint: plan.fingerprint, workers: runOptions.workerCount)
    var written: [ShardSummary] = []
    let summary = try runner.run { task in
      let (outputs, account, summaries) = try stage.run(task) { progress.advance(by: $0) }
      written += summaries
      return (outputs, account)
    }
    let manifest = try runner.exclusively { try stage.finish(written: written) }
    progress.finish()
    StageSummary.print("m3-shard", summary, unit: "records", output: output, seconds: progress.elapsedSeconds)
    StandardOutput.write("root \(manifest.root)\n")
  }

  /// Refuses a folder that holds something and that no run of ours began: an unlisted file in a bank is damage.
  private func refuseForeign(_ folder: StageFolder) throws {
    guard try FilePaths.kind(folder.planPath) == nil, try FilePaths.kind(folder.path) == .directory else { return }
    let names = try FilePaths.list(folder.path)
    guard names.isEmpty else {
      throw StageError.changed(
        folder: folder.path, differences: names.prefix(10).map { "\($0): of no run that is known" })
    }
  }
}
