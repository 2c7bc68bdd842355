import ArgumentParser
import M3Command

@main
struct ChunkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-chunk",
    abstract: "Cuts documents into references of at most 128 tokens.",
    usage: "m3-chunk [run|plan] --input PATH… --output DIR --model FILE [options]",
    discussion: """
      Reads .jsonl (plain, .gz, .zst, .lz4), .txt, folders and patterns of them; writes part-*.jsonl.zst, one JSON object a
      reference. `m3-chunk run --help` lists all options.
      """,
    subcommands: [StageRun<ChunkOptions>.self, StagePlanning<ChunkOptions>.self],
    defaultSubcommand: StageRun<ChunkOptions>.self)
}
