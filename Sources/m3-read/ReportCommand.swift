import ArgumentParser
import M3Command
import M3JSON
import M3Stage

struct ReportCommand: Tool {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Prints what the stages of a pipeline did: tasks, books, sizes, costs.",
    discussion: """
      Reads plan.json, markers, records of runs and report.json of every stage's folder at the paths or beneath them, to a \
      depth of three folders; for a bank, those of BANK.stage.
      Exit code 65: books do not balance, or a file is damaged. 66: there is no stage.
      """)

  @Argument(help: "Work folders, stages' folders, banks.")
  var paths: [String]

  @Flag(help: "Prints JSON: integers and texts, times in milliseconds.")
  var json = false

  func execute() throws {
    let report = try WorkReport(paths: paths)
    if json {
      StandardOutput.write(String(decoding: JSONValue.object(report.json).serialized(.canonical), as: UTF8.self) + "\n")
    } else {
      StandardOutput.write(WorkReportText.text(report))
    }
    if !report.imbalances.isEmpty { throw ExitCode(ExitStatus.badData.rawValue) }
  }
}
