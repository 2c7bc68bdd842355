import M3Bytes
import M3Codec
import M3Command
import M3Spool
import M3Stage

/// How many bytes the memories of a finished folder of codes take.
struct CodeSizes {
  private(set) var count = 0
  private(set) var sum = 0
  private(set) var largest = 0

  /// - Throws: ``StageError`` where the stage is not done; ``FormatError``; ``FileError``.
  init(_ folder: StageFolder) throws {
    for output in try Upstream(folder: folder.path).tasks.joined() where output.name.hasPrefix("survey-") {
      let survey = try CodeSurvey(path: output.path)
      count += survey.sizes.count
      sum += survey.sizes.reduce(0) { $0 + Int($1) }
      largest = max(largest, Int(survey.sizes.max() ?? 0))
    }
  }

  var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

  var summary: String {
    "\(count) memories, \(mean.formatted(decimals: 0)) bytes a reference, the largest \(largest)\n"
  }
}
