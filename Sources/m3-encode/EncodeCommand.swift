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
    subcommands: [StageRun<EncodeOptions>.self, StagePlanning<EncodeOptions>.self, CalibrateCommand.self],
    defaultSubcommand: StageRun<EncodeOptions>.self)
}
