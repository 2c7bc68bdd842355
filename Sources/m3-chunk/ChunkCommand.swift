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
    subcommands: [ChunkRun.self, ChunkPlan.self], defaultSubcommand: ChunkRun.self)
}

struct ChunkRun: Tool {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the tasks that are not done: all of them, or one of an array.")

  @OptionGroup var options: ChunkOptions
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    try options.job().run(tasks, runOptions)
  }
}

struct ChunkPlan: Tool {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Fixes the tasks, prints how many there are, and runs none.")

  @OptionGroup var options: ChunkOptions

  func execute() throws {
    try options.job().plan()
  }
}
