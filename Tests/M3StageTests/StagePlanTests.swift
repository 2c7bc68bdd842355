import M3Bytes
import M3JSON
import M3Stage
import M3TestSupport
import Testing

/// A folder that holds results of another plan.
@Suite struct StagePlanTests {
  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout CopyStage) throws -> Void
    let differences: [String]
  }

  static let changes = [
    Change(
      testDescription: "stage", change: { $0.definition.name = "move" },
      differences: [#"stage: "copy" there, "move" now"#]),
    Change(testDescription: "version", change: { $0.definition.version = 4 }, differences: ["version: 3 there, 4 now"]),
    Change(
      testDescription: "settings",
      change: { $0.definition.settings = ["limit": 64, "more": "x"] },
      differences: ["kept: true there, nothing now", "limit: 128 there, 64 now", #"more: nothing there, "x" now"#]),
    Change(
      testDescription: "content of an input", change: { try $0.inputs.write([1], "b") },
      differences: ["input b: its content changed"]),
    Change(
      testDescription: "one input less", change: { $0.division = [["a"], ["b"]] }, differences: ["input c: gone"]),
    Change(
      testDescription: "one input more",
      change: {
        try $0.inputs.write([2], "d")
        $0.division = [["a"], ["b", "c"], ["d"]]
      }, differences: ["input d: not there before"]),
    Change(
      testDescription: "another division", change: { $0.division = [["a", "b"], ["c"]] },
      differences: ["tasks: the inputs are divided in another way"]),
    Change(
      testDescription: "more inputs than are named",
      change: { stage in
        for number in 10..<25 { try stage.inputs.write([1], "new \(number)") }
        stage.division += (10..<25).map { ["new \($0)"] }
      },
      differences: (10..<20).map { "input new \($0): not there before" } + ["and 5 more inputs"]),
    Change(
      testDescription: "settings and inputs",
      change: {
        $0.definition.settings["limit"] = 64
        $0.division = [["a"], ["b"]]
      }, differences: ["limit: 128 there, 64 now", "input c: gone"]),
  ]

  @Test(arguments: changes)
  func differencesAreSaid(_ change: Change) throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    var stage = try CopyStage(inputs, StageFolder(output.path))
    try stage.run()
    try change.change(&stage)
    let error = #expect(throws: StageError.self) { try stage.run() }
    #expect(error == .changed(folder: output.path, differences: change.differences))
    #expect(
      error?.description
        == "\(output.path): holds results of other settings or inputs; use another folder or remove it\n"
        + change.differences.map { "  \($0)" }.joined(separator: "\n"))
  }

  @Test(arguments: changes)
  func theFingerprintChangesToo(_ change: Change) throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    var stage = try CopyStage(inputs, StageFolder(output.path))
    let before = try stage.freshPlan().fingerprint
    #expect(try stage.freshPlan().fingerprint == before)
    try change.change(&stage)
    #expect(try stage.freshPlan().fingerprint != before)
  }

  @Test func settingsInAnotherOrderAreTheSame() throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    var stage = try CopyStage(inputs, StageFolder(output.path))
    try stage.run()
    stage.definition.settings = ["limit": 128, "kept": true]
    #expect(try stage.run().performed == [])
  }

  @Test(arguments: [
    "[]", #"{"settings":{"kept":true,"limit":128},"stage":"copy","version":3}"#,
    #"{"settings":{"kept":true,"limit":128},"stage":"copy","tasks":[],"version":3}"#,
    #"{"settings":{"kept":true,"limit":128},"stage":"copy","tasks":[[]],"version":3}"#,
    #"{"settings":{"kept":true,"limit":128},"stage":"copy","tasks":[[{"name":"a","size":1}]],"version":3}"#,
  ])
  func anotherFileInThePlansPlace(content: String) throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    let stage = try CopyStage(inputs, StageFolder(output.path))
    try output.write(Array(content.utf8), "plan.json")
    let error = #expect(throws: FormatError.self) { try stage.run() }
    #expect(error?.file == output.file("plan.json"))
    #expect(error?.field == "plan")
  }

  @Test func anUnknownKeyInThePlanIsDamage() throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    let stage = try CopyStage(inputs, StageFolder(output.path))
    var json = try stage.freshPlan().json
    json["more"] = 1
    try output.write(JSONValue.object(json).serialized(.canonical), "plan.json")
    #expect(throws: FormatError.self) { try stage.run() }
  }

  @Test func aPlanThatIsNoJSONIsNamed() throws {
    let (inputs, output) = (try TemporaryFolder(), try TemporaryFolder())
    let stage = try CopyStage(inputs, StageFolder(output.path))
    try output.write(Array("{".utf8), "plan.json")
    let error = #expect(throws: FormatError.self) { try stage.run() }
    #expect(error?.file == output.file("plan.json"))
  }

  @Test(arguments: [(0, "00000"), (7, "00007"), (12_345, "12345"), (123_456, "123456")])
  func numbersOfTasks(index: Int, expected: String) {
    #expect(StageTask.padded(index) == expected)
  }
}
