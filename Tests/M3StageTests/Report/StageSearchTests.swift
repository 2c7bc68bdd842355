import M3Bytes
import M3Stage
import M3TestSupport
import Testing

@Suite("Stages of a report")
struct StageSearchTests {
  let work: SmallWork

  init() throws { work = try SmallWork() }

  private func folders(_ names: String...) throws -> [String] {
    try WorkReport(paths: names.map(work.path)).stages.map {
      String($0.folder.path.dropFirst(work.root.path.count + 1))
    }
  }

  @Test(arguments: [
    ("work", true), ("work/a", true), ("work/a/b/c", true), ("work/a/b/c/d", false), ("work/.hidden", false),
    ("work/_own", false), ("elsewhere", false),
  ])
  func depth(folder: String, isFound: Bool) throws {
    try work.chunk("work/known")
    try work.chunk(folder)
    #expect(try folders("work").contains(folder) == isFound)
  }

  /// By its own name, with a slash, by the folder of its state, and by the folder that holds it.
  @Test(arguments: ["banks/small", "banks/small/", "banks/small.stage", "banks"])
  func bank(_ name: String) throws {
    try work.chunk()
    try work.encode()
    try work.shard("banks/small")
    #expect(try folders(name) == ["banks/small"])
    #expect(try WorkReport(paths: [work.path(name)]).stages[0].lostOutputCount == 0)
  }

  @Test func aFolderIsReportedOnce() throws {
    try work.chunk()
    #expect(try folders("work", "work/references", "work/") == ["work/references"])
  }

  @Test func stagesOfOtherNamesComeLast() throws {
    let copies = try CopyStage(TemporaryFolder(), StageFolder(work.path("work/copies")))
    try copies.run()
    try work.chunk()
    #expect(try folders("work") == ["work/references", "work/copies"])
  }

  @Test func pathsWithoutStages() throws {
    try work.chunk()
    let report = try WorkReport(paths: [work.path("work"), work.path("bank")])
    #expect(report.emptyPaths == [work.path("bank")])
    #expect(report.stages.count == 1)
  }

  @Test func noStageAtAll() throws {
    let paths = [work.root.path, work.path("none")]
    #expect(
      throws: StageError.nothingToDo(
        "\(paths[0]), \(paths[1]): no stage's folder (one with plan.json) here")
    ) { try WorkReport(paths: paths) }
  }
}
