import ArgumentParser
import M3Bytes
import M3Command
import M3Sharding
import M3Stage

/// What m3-shard is asked to make.
struct ShardOptions: StageOptions {
  @Option(help: "A folder of memories, as m3-encode or m3-quantize wrote them.")
  var input: String

  @Option(help: "The folder of references that they were made from.")
  var references: String

  @Option(help: "The bank to make: a folder.")
  var output: String

  @Option(help: "How vectors of m3-encode are stored: bf16, int8, int4, int3 or int2; m3-quantize has coded its own.")
  var codec: String?

  @Option(help: "Signs the bank: an Ed25519 private key in PEM, as `openssl genpkey -algorithm ed25519` writes it.")
  var sign: String?

  @OptionGroup var settingsOptions: SettingsOptions

  func job() throws -> any StageJob {
    var section = try settingsOptions.section("shard")
    section.override("codec", codec)
    let settings = try ShardSettings(&section)
    try ShardStage.requireCodec(settings.codec)
    let key = try sign.map { try SigningKey(path: $0) }
    try OutputFolder.require(output, outside: [input, references])
    let tasks = try MemoryInput(memories: input, references: references)
    let isCoded = try tasks.isCoded()
    guard !isCoded || codec == nil else { throw UsageError("\(input): coded already; --codec is for raw memories") }
    let folder = StageFolder(bank: output)
    try refuseForeign(folder)
    let work = StageWork(
      folder: folder,
      definition: StageDefinition(
        name: "shard", version: ShardStage.version, settings: isCoded ? settings.compression : settings.json),
      upstream: StageUpstream(path: { tasks.path(of: $0) }, check: { try tasks.check($0) }),
      sources: { try tasks.sources() },
      facts: {
        try ShardStage.facts(
          $0, codecName: settings.codec, rejectedCounts: tasks.memories().accounts.map(\.rejectedSum))
      })
    return ShardJob(work: work, settings: settings, tasks: tasks, key: key)
  }

  /// Refuses a folder that holds something and that no run of ours began: an unlisted file in a bank is damage.
  private func refuseForeign(_ folder: StageFolder) throws {
    guard try FilePaths.kind(folder.planPath) == nil, try FilePaths.kind(folder.path) == .directory else { return }
    let names = try FilePaths.list(folder.path)
    // Another process may have made its plan in between, and begun.
    guard try names.isEmpty || FilePaths.kind(folder.planPath) != nil else {
      throw StageError.changed(
        folder: folder.path, differences: names.prefix(10).map { "\($0): of no run that is known" })
    }
  }
}
