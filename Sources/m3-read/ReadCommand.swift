import ArgumentParser
import M3Command

@main
struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "m3-read",
    abstract: "Reads a bank: what it holds, what it says, and what a model gets from it.",
    subcommands: [
      InfoCommand.self, GetCommand.self, SearchCommand.self, GenerateCommand.self, ChatCommand.self,
      EvaluateCommand.self,
      ReportCommand.self,
    ])
}
