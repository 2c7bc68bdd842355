import ArgumentParser
import M3Command

@main
struct ShardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-shard",
    abstract: "Packs memories and their references into a bank.",
    usage: "m3-shard [run|plan] --input DIR --references DIR --output BANK [options]",
    discussion: """
      Writes shards, the BOS memory, the codebook and the manifest; plan, markers and report go to BANK.stage.
      `m3-shard run --help` lists all options.
      """,
    subcommands: [StageRun<ShardOptions>.self, StagePlanning<ShardOptions>.self],
    defaultSubcommand: StageRun<ShardOptions>.self)
}
