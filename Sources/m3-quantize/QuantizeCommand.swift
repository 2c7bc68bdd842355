import ArgumentParser
import M3Command

@main
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-quantize",
    abstract: "Codes memories in few bytes, with a codebook that is trained on them or was before.",
    usage: "m3-quantize [run|plan|train|report] --input DIR --references DIR --output DIR [--model FILE] [options]",
    discussion: """
      Predicted codecs read the model and memories with all tokens (m3-encode with `rule: all`); sparse ones need neither. \
      Without --codebook one is trained on a sample of the input and written to OUTPUT/codebook.m3c.
      `m3-quantize run --help` lists all options.
      """,
    subcommands: [
      StageRun<QuantizeOptions>.self, StagePlanning<QuantizeOptions>.self, TrainCommand.self, ReportCommand.self,
    ],
    defaultSubcommand: StageRun<QuantizeOptions>.self)
}
