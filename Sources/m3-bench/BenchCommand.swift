import ArgumentParser

@main
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-bench",
    abstract: "Measures the parts of M3; each prints JSON lines, the last one with the result.",
    subcommands: [
      PrefillCommand.self, DecodeCommand.self, ReadCommand.self, TokenizeCommand.self, DedupeCommand.self,
      FidelityCommand.self, QuantizeCommand.self, EncodeCommand.self, JSONCommand.self, ShardCommand.self,
      VerifyCommand.self,
    ])
}
