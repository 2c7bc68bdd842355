import M3Bytes
import M3Dedupe
import M3JSON
import M3Records
import M3Stage
import M3TestSupport
import Testing

/// The steps under the contract of stages: order, repetition, damage, bad records.
struct DedupeContractTests {
  struct Killed: Error {}

  private func folder(tasks: Int = 3) throws -> DedupeFolder {
    let texts = PlantedTexts(originals: 60, copies: 60, words: 25, seed: 21).texts
    let folder = try DedupeFolder()
    let size = texts.count / tasks
    for task in 0..<tasks { try folder.add(Array(texts[task * size..<(task + 1) * size])) }
    return folder
  }

  private func files(_ stage: DedupeStage) throws -> [String: [UInt8]] {
    try DedupeStep.allCases.reduce(into: [:]) { files, step in
      let folder = stage.folder(step)
      for place in ["", "_done"] {
        for name in try FilePaths.list(folder.file(place))
        where try FilePaths.kind(folder.file("\(place)/\(name)")) == .file {
          files["\(step)/\(place)/\(name)"] = try ReadableFile.contents(
            of: folder.file("\(place)/\(name)"), limit: 1 << 28)
        }
      }
    }
  }

  /// Removes the markers, so that all tasks are run again.
  private func forget(_ folder: StageFolder) throws {
    guard try FilePaths.kind(folder.file("_done")) == .directory else { return }
    for name in try FilePaths.list(folder.file("_done")) { try FilePaths.remove(folder.file("_done/\(name)")) }
  }

  @Test func everyStepGoesOnWhereItWasKilled() throws {
    let folder = try folder()
    let whole = try files(folder.stage(output: folder.folder.file("whole")).runAll())
    let stage = folder.stage()
    for step in DedupeStep.allCases {
      let plan = try stage.work(step).plan()
      for killed in plan.tasks.indices {
        // Dies in each task in turn, having done those before.
        var performed: [Int] = []
        #expect(throws: Killed.self) {
          try stage.run(step) { task in
            performed.append(task.index)
            if task.index == killed { throw Killed() }
          }
        }
        #expect(performed == (killed == 0 ? [0] : [killed - 1, killed]))
      }
      #expect(try stage.run(step).isComplete)
      #expect(try stage.run(step).performedCount == 0)
    }
    #expect(try files(stage) == whole)
  }

  @Test func aStepBeforeThatIsNotDoneIsRefused() throws {
    let folder = try folder()
    let stage = folder.stage()
    for step in [DedupeStep.buckets, .cluster, .drop] {
      #expect(throws: StageError.self) { try stage.run(step) }
    }
    _ = try StageRunner(stage.work(.signatures), plan: try stage.work(.signatures).plan(), workers: 1).run([0]) {
      try stage.run(.signatures, $0, advance: { _ in })
    }
    let error = #expect(throws: StageError.self) { try stage.run(.buckets) }
    guard case .upstreamMissing = error else { return #expect(Bool(false), "\(String(describing: error))") }
  }

  @Test func otherSettingsAreRefusedWhereTheyMatter() throws {
    let folder = try folder()
    try folder.stage().runAll()
    var threshold = DedupeConfiguration()
    threshold.threshold = 0.9
    let stage = folder.stage(threshold)
    // Signatures and buckets stand.
    #expect(try stage.run(.signatures).performedCount == 0)
    #expect(try stage.run(.buckets).performedCount == 0)
    let error = #expect(throws: StageError.self) { try stage.run(.cluster) }
    #expect(error?.description.contains("threshold: 0.8 there, 0.9 now") == true)

    var rows = DedupeConfiguration()
    rows.rowCount = 5
    #expect(throws: StageError.self) { try folder.stage(rows).run(.signatures) }
    let stale = #expect(throws: StageError.self) {
      try folder.stage(rows, output: folder.output).work(.buckets).sources()
    }
    #expect(stale?.description.contains("another rows") == true)
  }

  @Test func aChangedInputIsRefusedByDrop() throws {
    let folder = try folder()
    let stage = folder.stage()
    for step in [DedupeStep.signatures, .buckets, .cluster] { try stage.run(step) }
    let bytes = try folder.folder.read("in/00001.jsonl")
    try folder.add(bytes: bytes.dropLast(4) + Array("z\"}\n".utf8), name: "00001.jsonl")
    #expect(throws: StageError.self) { try stage.run(.drop) }
    try folder.add(bytes: bytes + bytes, name: "00001.jsonl")
    #expect(throws: StageError.self) { try stage.run(.drop) }
    try folder.add(bytes: bytes, name: "00001.jsonl")
    #expect(try stage.run(.drop).isComplete)
  }

  @Test func aMissingListIsAnError() throws {
    let folder = try folder()
    let stage = folder.stage()
    for step in [DedupeStep.signatures, .buckets, .cluster] { try stage.run(step) }
    let cluster = stage.folder(.cluster)
    let name = try #require(try FilePaths.list(cluster.path).first { $0.hasPrefix("dropped-") })
    try FilePaths.remove(cluster.file(name))
    #expect(throws: StageError.self) { try stage.run(.drop) }
  }

  @Test(arguments: DedupeStep.allCases.dropLast()) func damageOfEachFileIsFoundByTheNextStep(step: DedupeStep) throws {
    let folder = try folder(tasks: 2)
    let stage = folder.stage()
    let next = try #require(DedupeStep.allCases.firstIndex(of: step)) + 1
    for before in DedupeStep.allCases[..<next] { try stage.run(before) }
    let place = stage.folder(step)
    let names = try FilePaths.list(place.path).filter { $0.hasSuffix(".m3d") && !$0.hasPrefix("lengths-") }
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try ReadableFile.contents(of: place.file(name), limit: 1 << 28)
      var damaged = bytes
      damaged[bytes.count / 2] ^= 4
      try AtomicFile.write(damaged, to: place.file(name))
      let later = DedupeStep.allCases[next...]
      for step in later { try forget(stage.folder(step)) }
      #expect(throws: StageError.self, "\(name)") { for step in later { try stage.run(step) } }
      try AtomicFile.write(bytes, to: place.file(name))
    }
    try stage.runAll()
  }

  @Test func badRecordsArePutAsideOrEndIt() throws {
    let good = #"{"id":"a","text":"one two three four five six"}"#
    let lines = [
      good, "{", good.replacing("\"a\"", with: "\"b\""), "{\"id\":\"c\"}", "\u{FFFD}",
      good.replacing("\"a\"", with: "\"d\"").replacing("six", with: "seven"),
    ]
    let folder = try DedupeFolder().add(bytes: Array(lines.joined(separator: "\n").utf8)).add(bytes: [0xFF, 0x0A])
    let error = #expect(throws: FormatError.self) {
      try folder.stage(output: folder.folder.file("fails")).run(.signatures)
    }
    #expect(error?.line == 2)
    try folder.stage(badInput: .quarantine).runAll()
    #expect(try folder.kept() == ["a", "d"])
    let report = try folder.report()
    #expect(report["input"] == 7)
    #expect(report["kept"] == 2)
    #expect(report["rejected"] == ["bad_json": 3, "exact_duplicate": 1, "missing_text": 1])
    let quarantine = try folder.lines { $0.hasPrefix("quarantine-") }
    #expect(quarantine.map { $0["line"]?.integerValue } == [2, 4, 5, 1])
  }

  @Test func clustersThatAreGoneAreMadeAgain() throws {
    let folder = try folder()
    let stage = try folder.stage().runAll()
    let clusters = try folder.dropped()
    try FilePaths.remove(FilePaths.join(folder.output, "clusters.jsonl.zst"))
    let summary = try stage.run(.drop)
    #expect(summary.performedCount == 0)
    #expect(summary.didClose)
    #expect(try folder.dropped() == clusters)
  }

  @Test func clustersOfOtherBytesAreMadeAgain() throws {
    let folder = try folder()
    let stage = try folder.stage().runAll()
    #expect(try !stage.run(.drop).didClose)
    let path = FilePaths.join(folder.output, "clusters.jsonl.zst")
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 20)
    var damaged = bytes
    damaged[bytes.count / 2] ^= 1
    try AtomicFile.write(damaged, to: path)
    #expect(try stage.run(.drop).didClose)
    #expect(try ReadableFile.contents(of: path, limit: 1 << 20) == bytes)
  }
}
