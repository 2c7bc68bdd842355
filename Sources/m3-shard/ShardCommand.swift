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
    subcommands: [ShardRun.self, ShardPlan.self], defaultSubcommand: ShardRun.self)
}

struct ShardRun: Tool {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the tasks that are not done: all of them, or one of an array.")

  @OptionGroup var options: ShardOptions
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    try options.job().run(tasks, runOptions)
  }
}

struct ShardPlan: Tool {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Fixes the tasks, prints how many there are, and runs none.")

  @OptionGroup var options: ShardOptions

  func execute() throws {
    try options.job().plan()
  }
}
