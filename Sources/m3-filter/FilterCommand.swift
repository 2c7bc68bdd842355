import ArgumentParser
import M3Command

@main
struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-filter",
    abstract: "Keeps the texts that are worth it, and says why of the others.",
    usage: "m3-filter [run|plan|sweep|train-quality|profiles] --input PATH… --output DIR [options]",
    discussion: """
      Reads a stage's folder, or .jsonl (plain, .gz, .zst, .lz4), .txt, folders and patterns of them; writes \
      part-*.jsonl.zst. `m3-filter profiles` lists the sets of rules; `m3-filter run --help` lists all options.
      """,
    subcommands: [
      StageRun<FilterOptions>.self, StagePlanning<FilterOptions>.self, SweepCommand.self, TrainQualityCommand.self,
      ProfilesCommand.self,
    ],
    defaultSubcommand: StageRun<FilterOptions>.self)
}
