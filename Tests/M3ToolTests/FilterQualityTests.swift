import M3JSON
import M3TestSupport
import Testing

@Suite("m3-filter with a model of quality")
struct FilterQualityTests {
  private static let embedder = Fixtures.path("bert/tiny")

  /// Texts that even a random encoder tells apart: sentences, and one word over and over.
  private static let labelled: [JSONObject] = (0..<60).map { index in
    let isGood = index % 2 == 0
    let text =
      isGood
      ? "The river number \(index) rises in the hills and flows to the sea past \(index) towns."
      : String(repeating: "menu\(index % 7) ", count: 20)
    return [
      "id": .string("\(index)"), "text": .string(text), "label": .integer(isGood ? 1 : 0),
      "document_id": .string("d\(index)"),
    ]
  }

  private static func workspace() throws -> Workspace {
    let workspace = Workspace()
    try workspace.write(Corpus.text(labelled), "labelled.jsonl")
    return workspace
  }

  private static func train(_ workspace: Workspace, _ more: [String] = [], to output: String = "head.json") throws
    -> ToolRun
  {
    try workspace.run(
      .filter, ["train-quality", "--input", "labelled.jsonl", "--embedder", embedder, "--output", output] + more)
  }

  private static func filter(_ workspace: Workspace, _ more: [String], to output: String = "kept") throws -> ToolRun {
    try workspace.run(
      .filter,
      [
        "--input", "labelled.jsonl", "--output", output, "--quality-head", "head.json", "--embedder", embedder, "--set",
        "profiles=[]",
      ] + more)
  }

  @Test("a head is trained, says how good it is, and is the same from any number of workers")
  func training() throws {
    let workspace = try Self.workspace()
    let run = expect(try Self.train(workspace, ["--json", "--test", "labelled.jsonl", "--workers", "1"]), Exit.ok)
    let report = try run.json()
    for part in ["held_out", "test"] {
      #expect(try #require(report[part]?.objectValue?["auc"]?.doubleValue) > 0.9)
    }
    expect(try Self.train(workspace, ["--workers", "3"], to: "again.json"), Exit.ok, [])
    #expect(try workspace.read("head.json") == workspace.read("again.json"))
  }

  @Test("a share is kept, or what scores enough; the threshold stands in the plan")
  func applying() throws {
    let workspace = try Self.workspace()
    expect(try Self.train(workspace), Exit.ok)
    expect(
      try Self.filter(workspace, ["--set", "keep_fraction=0.5", "--rejected", "refused"]), Exit.ok, ["low_quality"])
    let kept = try workspace.jsonLines(in: "kept", prefix: "part-")
    #expect(kept.count >= 30 && kept.count < 40)
    #expect(kept.count { $0["label"] == 1 } > kept.count { $0["label"] == 0 })
    let plan = try workspace.json("kept/plan.json")
    let threshold = try #require(plan["facts"]?.objectValue?["min_quality"]?.doubleValue)
    for entry in try workspace.jsonLines(in: "refused", prefix: "rejected-") {
      #expect(entry["profile"] == "quality")
      #expect(try #require(entry["value"]?.doubleValue) < threshold)
    }
    try expectBalanced(workspace.json("kept/report.json"))

    expect(try Self.filter(workspace, ["--set", "min_quality=\(threshold)"], to: "scored"), Exit.ok)
    #expect(try workspace.jsonLines(in: "scored", prefix: "part-") == kept)
    expect(try Self.filter(workspace, [], to: "none"), Exit.usage, ["keep_fraction"])
    expect(
      try Self.filter(workspace, ["--set", "keep_fraction=0.5", "--set", "min_quality=0.5"], to: "both"), Exit.usage,
      ["either"])
  }

  @Test("labels that are none, another file than a head, and the input as output are refused")
  func refusals() throws {
    let workspace = try Self.workspace()
    expect(try Self.train(workspace, to: "labelled.jsonl"), Exit.usage, ["overwrite"])
    try workspace.write("{}", "head.json")
    expect(try Self.filter(workspace, ["--set", "keep_fraction=0.5"]), Exit.badData, ["head.json"])
    try workspace.write(
      Corpus.text(Self.labelled + [["id": "x", "text": "y", "label": .integer(9)]]), "labelled.jsonl")
    expect(try Self.train(workspace), Exit.badData, ["labelled.jsonl, line 61", "label"])
    try workspace.write(Corpus.text(Array(Self.labelled.prefix(1))), "labelled.jsonl")
    expect(try Self.train(workspace), Exit.badData, ["labelled.jsonl"])
  }
}
