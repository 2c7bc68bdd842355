import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

@Suite("Damaged state of a report")
struct DamagedStateTests {
  let work: SmallWork
  private let folder = "work/references"

  init() throws { work = try SmallWork() }

  private func error() throws -> FormatError {
    try #require(throws: FormatError.self) { try WorkReport(paths: [work.path("work")]) }
  }

  static let files = ["plan.json", "_done/1-of-2.json", "_runs/1-of-2.json", "report.json"]

  @Test(arguments: files)
  func anotherObject(_ name: String) throws {
    try work.chunk()
    try work.replace("\(folder)/\(name)", #"{"some":"thing"}"#)
    let error = try error()
    #expect(error.file == work.path("\(folder)/\(name)"))
    guard case .malformed = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test(arguments: files)
  func cutOff(_ name: String) throws {
    try work.chunk()
    let bytes = try work.root.read("\(folder)/\(name)")
    try work.root.write(Array(bytes.prefix(bytes.count / 2)), "\(folder)/\(name)")
    let error = try error()
    #expect(error.file == work.path("\(folder)/\(name)"))
    #expect(error.byteOffset != nil)
  }

  @Test func aReportThatSaysSomethingElse() throws {
    try work.chunk()
    try work.replace("\(folder)/report.json") { $0["kept"] = 19 }
    let error = try error()
    #expect(error.file == work.path("\(folder)/report.json"))
    #expect(error.field == "report")
    guard case .mismatch = error.problem else {
      Issue.record("\(error)")
      return
    }
  }

  @Test func countsThatDoNotFit() throws {
    try work.chunk()
    try work.replace("\(folder)/_done/1-of-2.json") { marker in
      var account = marker["account"]?.objectValue ?? [:]
      account["rejected"] = ["short": .integer(1 << 52)]
      marker["account"] = .object(account)
    }
    let error = try error()
    #expect(error.problem == .malformed("not a marker"))
    #expect(error.file == work.path("\(folder)/_done/1-of-2.json"))
  }

  @Test func sizesThatDoNotFit() throws {
    try work.chunk()
    for task in 0..<2 {
      try work.replace("\(folder)/_done/\(task)-of-2.json") { marker in
        guard var output = marker["outputs"]?.arrayValue?.first?.objectValue else { return }
        output["size"] = .integer(.max)
        marker["outputs"] = [.object(output)]
      }
    }
    let error = try error()
    #expect(error.problem == .overflow)
    #expect(error.file == work.path("\(folder)/_done/1-of-2.json"))
  }

  @Test func markersOfAnotherPlan() throws {
    try work.chunk()
    try work.replace("\(folder)/_done/0-of-2.json") { $0["fingerprint"] = "other" }
    #expect(
      throws: StageError.changed(
        folder: work.path(folder), differences: ["_done/0-of-2.json: of another plan"])
    ) { try WorkReport(paths: [work.path("work")]) }
  }
}
