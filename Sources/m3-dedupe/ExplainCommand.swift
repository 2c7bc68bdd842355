import ArgumentParser
import M3Command
import M3Dedupe
import M3JSON
import M3Records
import M3Stage

struct ExplainCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says whether a text was kept or dropped, and in favour of what.")

  @Argument(help: "The folder that m3-dedupe wrote.")
  var folder: String

  @Argument(help: "The id of a document or reference.")
  var id: String

  @Option(parsing: .upToNextOption, help: "What m3-dedupe read: the text of a dropped record is shown from it.")
  var input: [String] = []

  @Flag(help: "Prints JSON.")
  var json = false

  func execute() throws {
    guard
      let explanation = try Explainer(folder: folder).explanation(
        of: id, inputs: input.isEmpty ? [] : InputFiles.resolve(input))
    else { throw StageError.nothingToDo("\(folder): no text of the id \(id) was kept or dropped") }
    if json {
      StandardOutput.write(String(decoding: explanation.json.serialized(.pretty), as: UTF8.self))
    } else {
      StandardOutput.write(ExplanationText.lines(explanation).map { $0 + "\n" }.joined())
    }
  }
}
