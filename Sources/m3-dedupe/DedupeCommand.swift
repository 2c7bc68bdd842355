import ArgumentParser
import M3Command

@main
struct DedupeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-dedupe",
    abstract: "Drops near-duplicate documents or references.",
    usage: """
      m3-dedupe [run|plan] --input PATH… --output DIR [options]
      m3-dedupe signatures|buckets|cluster|drop [run|plan] --input PATH… --output DIR [options]
      m3-dedupe explain DIR ID [--input PATH…]
      """,
    discussion: """
      Runs four steps one after another; each can be run alone, as an array of tasks. Writes part-*.jsonl.zst, the \
      records that are kept as they were, and clusters.jsonl.zst: what was dropped, in favour of what. The steps' folders \
      _signatures, _buckets and _cluster lie in the output's. `m3-dedupe run --help` lists all options.
      """,
    subcommands: [
      StageRun<DedupeOptions>.self, StagePlanning<DedupeOptions>.self, StepCommand<Signatures>.self,
      StepCommand<Buckets>.self, StepCommand<Cluster>.self, StepCommand<Drop>.self, ExplainCommand.self,
    ],
    defaultSubcommand: StageRun<DedupeOptions>.self)
}
