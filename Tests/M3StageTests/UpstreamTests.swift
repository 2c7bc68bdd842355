import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

/// What the next stage finds.
@Suite struct UpstreamTests {
  let inputs: TemporaryFolder
  let output: TemporaryFolder
  let stage: CopyStage

  init() throws {
    inputs = try TemporaryFolder()
    output = try TemporaryFolder()
    stage = try CopyStage(inputs, StageFolder(output.path))
  }

  @Test func outputsOfEachTask() throws {
    #expect(try Upstream.isStage(output.path) == false)
    try stage.run()
    #expect(try Upstream.isStage(output.path))
    let upstream = try Upstream(folder: output.path)
    #expect(upstream.definition == stage.definition)
    #expect(upstream.tasks.map { $0.map(\.name) } == [["part-00000.txt"], ["part-00001.txt"]])
    let second = upstream.tasks[1][0]
    let path = output.file("part-00001.txt")
    #expect(
      second == (try StageSource(name: "part-00001.txt", path: path, byteCount: 24, digest: .ofFile(path))))
    #expect(upstream.inputs.map { $0.map(\.name) } == [["a"], ["b", "c"]])
    #expect(upstream.accounts.map(\.kept) == [1, 2])
  }

  @Test func withoutAPlan() throws {
    #expect(throws: StageError.upstreamMissing(folder: output.path, what: "no plan.json")) {
      try Upstream(folder: output.path)
    }
  }

  @Test func withATaskThatIsNotDone() throws {
    try stage.run()
    try FilePaths.remove(output.file("_done/1-of-2.json"))
    #expect(throws: StageError.upstreamMissing(folder: output.path, what: "task 1-of-2 has no marker")) {
      try Upstream(folder: output.path)
    }
  }

  @Test(arguments: ["", "{}", #"{"fingerprint":"another"}"#])
  func withoutItsLastStep(report: String) throws {
    try stage.run()
    if report.isEmpty {
      try FilePaths.remove(output.file("report.json"))
    } else {
      try output.write(Array(report.utf8), "report.json")
    }
    #expect(
      throws: StageError.upstreamMissing(
        folder: output.path, what: "its last step, after which report.json is written")
    ) { try Upstream(folder: output.path) }
    try stage.run([0])
    #expect(try Upstream(folder: output.path).tasks.count == 2)
  }

  @Test func withAnOutputThatIsGoneOrShorter() throws {
    try stage.run()
    let expected = StageError.upstreamStale(folder: output.path, what: "part-00000.txt is gone or has another size")
    try output.write([1], "part-00000.txt")
    #expect(throws: expected) { try Upstream(folder: output.path) }
    try FilePaths.remove(output.file("part-00000.txt"))
    #expect(throws: expected) { try Upstream(folder: output.path) }
  }

  @Test func withAMarkerOfAnotherPlan() throws {
    try stage.run()
    var plan = try stage.freshPlan()
    plan.definition.version = 4
    try output.write(JSONValue.object(plan.json).serialized(.canonical), "plan.json")
    #expect(throws: StageError.upstreamStale(folder: output.path, what: "the marker of task 0-of-2 is of another plan"))
    {
      try Upstream(folder: output.path)
    }
  }

  @Test(arguments: [
    "[]", "{}", #"{"stage":1,"version":3,"settings":{},"tasks":[]}"#, #"{"stage":"s","version":3,"tasks":[]}"#,
  ])
  func withAPlanThatIsNone(content: String) throws {
    try output.write(Array(content.utf8), "plan.json")
    let error = #expect(throws: (any Error).self) { try Upstream(folder: output.path) }
    if let error = error as? FormatError {
      #expect(error.problem == .malformed("not a plan"))
      #expect(error.file == output.file("plan.json"))
    } else {
      #expect(error as? StageError == .upstreamMissing(folder: output.path, what: "no plan.json"))
    }
  }

  /// A marker with one thing wrong; digits and names are those of a good one.
  static let markers = [
    "[]", "{}",
    #"{"settings":{},"stage":"copy","version":3,"account":{},"fingerprint":"f","outputs":[]}"#,
    #"{"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f","outputs":[]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{}},"outputs":[]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f"}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{"r":"1"},"totals":{}},"fingerprint":"f","outputs":[]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":-1,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f","outputs":[]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":9223372036854775807,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f","outputs":[]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{"t":9223372036854775807}},"fingerprint":"f","outputs":[]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f","outputs":[{"name":"x","size":1}]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f","outputs":[{"name":"x","size":-1,"sha256":"00"}]}"#,
    #"{"settings":{},"stage":"copy","version":3,"account":{"input":1,"kept":1,"rejected":{},"totals":{}},"fingerprint":"f","outputs":[{"name":"x","size":1,"sha256":"00"}]}"#,
  ]

  @Test(arguments: markers)
  func withAMarkerThatIsNone(content: String) throws {
    try stage.run()
    try output.write(Array(content.utf8), "_done/0-of-2.json")
    for attempt in [{ _ = try Upstream(folder: output.path) }, { _ = try stage.run() }] {
      let error = #expect(throws: FormatError.self) { try attempt() }
      #expect(error?.file == output.file("_done/0-of-2.json"))
    }
  }
}
