import M3Bytes
import M3JSON
import Testing

@Suite("m3-dedupe")
struct DedupeToolTests {
  private static let words = (0..<60).map { "word\($0)" }

  /// Texts of which two repeat others: one as it is, one without its last word.
  private static let texts =
    Corpus.texts.enumerated().map { ("river-\($0)", $1) } + [
      ("again", Corpus.texts[3]), ("first", words.joined(separator: " ")),
      ("near", words.dropLast().joined(separator: " ")),
    ]

  private static let lines = texts.map { id, text in
    String(
      decoding: JSONValue.object(["id": .string(id), "text": .string(text)]).serialized(.compact), as: UTF8.self) + "\n"
  }

  private func workspace() throws -> Workspace {
    let workspace = Workspace()
    try workspace.write(Self.lines[..<8].joined(), "in/a.jsonl")
    try workspace.write(Self.lines[8...].joined(), "in/b.jsonl")
    return workspace
  }

  private let arguments = ["--input", "in", "--output", "unique", "--set", "task_bytes=400"]

  @Test("drops what repeats another text, and says what and why")
  func dropsNearDuplicates() throws {
    let workspace = try workspace()
    expect(try workspace.run(.dedupe, arguments), Exit.ok, ["1 near_duplicate", "1 exact_duplicate"])
    let kept = try workspace.jsonLines(in: "unique", prefix: "part-").map { try #require($0["id"]?.stringValue) }
    #expect(kept == Self.texts.map(\.0).filter { $0 != "again" && $0 != "near" })
    let report = try workspace.json("unique/report.json")
    #expect(report["stage"] == "dedupe-documents")
    try expectBalanced(report)
    let clusters = try jsonLines(workspace, "unique/clusters.jsonl.zst")
    #expect(clusters.map { $0["kept"] } == ["river-3", "first"])

    let near = expect(try workspace.run(.dedupe, ["explain", "unique", "near", "--input", "in"]), Exit.ok).output
    #expect(near.hasPrefix("near: dropped, a near-duplicate of first (Jaccard 0.98"))
    #expect(near.contains("word57 word58\n"))
    let again = try expect(try workspace.run(.dedupe, ["explain", "unique", "again", "--json"]), Exit.ok).json()
    #expect(again["outcome"] == "exact_duplicate")
    #expect(again["kept"] == "river-3")
    let alone = expect(try workspace.run(.dedupe, ["explain", "unique", "river-0"]), Exit.ok).output
    #expect(alone.hasPrefix("river-0: kept; nothing was dropped"))
    expect(try workspace.run(.dedupe, ["explain", "unique", "nobody"]), Exit.missing, ["nobody"])
    // What came later was not in the run, whatever --input holds.
    try workspace.write(#"{"id":"stranger","text":"a text that came later"}"# + "\n", "later/c.jsonl")
    expect(
      try workspace.run(.dedupe, ["explain", "unique", "stranger", "--input", "later"]), Exit.missing, ["stranger"])
    try workspace.write("", "unique/clusters.jsonl.zst")
    expect(try workspace.run(.dedupe, ["explain", "unique", "near"]), Exit.badData, ["clusters.jsonl.zst"])
  }

  @Test("a second run does nothing, other settings are refused")
  func secondRun() throws {
    let workspace = try workspace()
    expect(try workspace.run(.dedupe, arguments), Exit.ok)
    let before = try workspace.snapshot("unique")
    expect(try workspace.run(.dedupe, arguments + ["--workers", "3"]), Exit.ok, ["nothing to do"])
    expect(
      try workspace.run(.dedupe, arguments + ["--set", "threshold=0.9"]), Exit.badData,
      ["threshold: 0.8 there, 0.9 now"])
    expect(try workspace.run(.dedupe, arguments + ["--preset", "datatrove"]), Exit.badData, ["preset"])
    expect(try workspace.run(.dedupe, arguments + ["--preset", "mine"]), Exit.usage, ["duplodocus"])
    #expect(try workspace.snapshot("unique") == before)
  }

  @Test("steps that run as arrays give what one call gives")
  func steps() throws {
    let workspace = try workspace()
    expect(try workspace.run(.dedupe, arguments), Exit.ok)
    let array = ["--input", "in", "--output", "array", "--set", "task_bytes=400"]
    expect(try workspace.run(.dedupe, ["buckets"] + array), Exit.missing, ["has not finished"])
    for step in ["signatures", "buckets", "cluster", "drop"] {
      let planned = expect(try workspace.run(.dedupe, [step, "plan"] + array), Exit.ok).output
      let count = try #require(Int(planned.split(separator: "\n").first ?? ""))
      #expect(step == "cluster" ? count == 1 : count > 1)
      for index in (0..<count).reversed() {
        let missing = expect(try workspace.run(.dedupe, [step] + array + ["--list-missing"]), Exit.ok).output
        #expect(missing == (0...index).map { "\($0)\n" }.joined())
        expect(
          try workspace.run(.dedupe, [step] + array + ["--task-index", "\(index)", "--task-count", "\(count)"]), Exit.ok
        )
      }
    }
    #expect(try workspace.snapshot("array") == workspace.snapshot("unique"))
    expect(try workspace.run(.dedupe, array + ["--task-index", "0"]), Exit.usage, ["m3-dedupe signatures"])
    expect(
      try workspace.run(.dedupe, array, environment: ["SLURM_ARRAY_TASK_ID": "0"]), Exit.usage, ["of one step"])
  }

  @Test("references are known by the stage that wrote them, and go on to the encoder")
  func references() throws {
    let workspace = Workspace()
    let texts = [Corpus.texts[0], Corpus.texts[1], Corpus.texts[0]]
    let documents: [JSONObject] = texts.enumerated().map { ["id": .string("d\($0)"), "text": .string($1)] }
    try workspace.write(Corpus.text(documents), "documents.jsonl")
    expect(try workspace.chunk(to: "chunks"), Exit.ok)
    expect(try workspace.run(.dedupe, ["--input", "chunks", "--output", "references"]), Exit.ok)
    let report = try workspace.json("references/report.json")
    #expect(report["stage"] == "dedupe")
    let kept = try workspace.jsonLines(in: "references", prefix: "part-")
    #expect(kept == (try workspace.jsonLines(in: "chunks", prefix: "part-")).filter { $0["document_id"] != "d2" })
    expect(
      try workspace.run(.dedupe, ["--input", "chunks", "--output", "other", "--level", "document"]), Exit.usage,
      ["references"])
    expect(try workspace.encode(), Exit.ok)
    _ = try reportedCounts(workspace, ["chunks", "references", "memories"], stages: 3)
  }

  @Test("bad records are put aside, or end it with their line")
  func badRecords() throws {
    let workspace = Workspace()
    // In the second task: the line is the file's and not the task's.
    try workspace.write(Self.lines[..<6].joined() + "{\n" + Self.lines[6..<12].joined(), "bad/a.jsonl")
    let bad = ["--input", "bad", "--set", "task_bytes=600"]
    expect(try workspace.run(.dedupe, bad + ["--output", "fails"]), Exit.badData, ["a.jsonl, line 7"])
    expect(
      try workspace.run(.dedupe, bad + ["--output", "aside", "--on-bad-input", "quarantine"]), Exit.ok, ["1 bad_json"])
    let report = try workspace.json("aside/report.json")
    #expect(try #require(report["tasks"]?.integerValue) > 1)
    #expect(try rejections(report) == ["bad_json": 1])
    #expect(report["kept"] == 12)
    #expect(try workspace.jsonLines(in: "aside", prefix: "quarantine-").map { $0["line"] } == [7])
  }
}
