import ArgumentParser
import M3Command

@main
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-encode",
    abstract: "Encodes references into sparse memories.",
    usage: "m3-encode [run|plan|calibrate] --input DIR --output DIR --model FILE [options]",
    discussion: """
      Reads what m3-chunk wrote and writes part-*.spool.lz4: bfloat16 key-values, with their positions and their producer.
      `m3-encode run --help` lists all options.
      """,
    subcommands: [EncodeRun.self, EncodePlan.self, CalibrateCommand.self], defaultSubcommand: EncodeRun.self)
}

struct EncodeRun: Tool {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the tasks that are not done: all of them, or one of an array.")

  @OptionGroup var options: EncodeOptions
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var runOptions: RunOptions

  func execute() throws {
    try options.job().run(tasks, runOptions)
  }
}

struct EncodePlan: Tool {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Fixes the tasks, prints how many there are, and runs none.")

  @OptionGroup var options: EncodeOptions

  func execute() throws {
    try options.job().plan()
  }
}
