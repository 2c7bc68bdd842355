import M3Bytes
import M3JSON

extension StageFolder {
  /// What a task cost; nil where nobody recorded it.
  /// - Throws: ``FormatError`` for a file that is something else; ``FileError``.
  func runRecord(_ task: StageTask) throws -> RunRecord? {
    guard let json = try json(runPath(task)) else { return nil }
    guard let record = RunRecord(json: json) else {
      throw FormatError(.malformed("not the record of a run"), field: "run", file: runPath(task))
    }
    return record
  }

  /// Whether the report of a plan is there.
  /// - Throws: ``FormatError`` for a damaged report, and for one that says something else than the markers; ``FileError``.
  func hasReport(of fingerprint: String, account: StageAccount) throws -> Bool {
    guard let json = try json(reportPath) else { return false }
    guard let object = json.objectValue, let found = object["fingerprint"]?.stringValue,
      let reported = StageAccount(json: object)
    else { throw FormatError(.malformed("not a report"), field: "report", file: reportPath) }
    guard found == fingerprint else { return false }
    guard reported == account else {
      throw FormatError(
        .mismatch(expected: "\(account.summary), as the markers say", found: reported.summary), field: "report",
        file: reportPath)
    }
    return true
  }

  /// Folders of the stage's own steps, whose names begin with an underscore.
  func steps() throws -> [StageFolder] {
    guard try FilePaths.kind(statePath) == .directory else { return [] }
    return try FilePaths.list(statePath).filter { $0.hasPrefix("_") }
      .map { StageFolder(FilePaths.join(statePath, $0)) }.filter { try $0.hasPlan() }
  }
}

extension StageAccount {
  fileprivate var summary: String { String(decoding: JSONValue.object(json).serialized(.canonical), as: UTF8.self) }
}
