import ArgumentParser
import M3Command

@main
struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-index",
    abstract: "Makes the retrieval index of a bank.",
    usage: "m3-index [run|plan] BANK --embedder DIR [options]",
    discussion: """
      Writes index.faiss and index.json into the bank, whose root stays the same; vectors, plan, markers and report go to \
      BANK.index. The index can be read by any program that uses faiss.
      `m3-index run --help` lists all options.
      """,
    subcommands: [StageRun<IndexOptions>.self, StagePlanning<IndexOptions>.self],
    defaultSubcommand: StageRun<IndexOptions>.self)
}
