import M3JSON
import Testing

@Suite("m3-filter")
struct FilterToolTests {
  private static let good = "The river rises in the hills, and it flows to the sea past three old towns."
  private static let table = "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12"
  private static let chinese = "河流入海。春天的水比秋天多，船在大河上航行，两岸有许多古老的城镇。"

  private static func document(_ id: String, _ text: String) -> JSONObject {
    ["id": .string(id), "text": .string(text), "n": .number("1.50")]
  }

  private static let documents = [
    document("good", good), document("table", table), document("chinese", chinese), document("short", "No."),
  ]

  private static func workspace(_ documents: [JSONObject] = documents) throws -> Workspace {
    let workspace = Workspace()
    try workspace.write(Corpus.text(documents), "documents.jsonl")
    return workspace
  }

  private static func filter(
    _ workspace: Workspace, _ more: [String] = [], input: String = "documents.jsonl", to output: String = "kept"
  ) throws -> ToolRun {
    try workspace.run(.filter, ["--input", input, "--output", output] + more)
  }

  private static func ids(_ workspace: Workspace, _ folder: String) throws -> [String] {
    try workspace.jsonLines(in: folder, prefix: "part-").compactMap { $0["id"]?.stringValue }
  }

  @Test("keeps English and Chinese prose byte for byte, and says of the rest which rule refused it")
  func reasons() throws {
    let workspace = try Self.workspace()
    expect(try Self.filter(workspace, ["--rejected", "refused"]), Exit.ok, ["2 of 4 documents kept"])
    let kept = try workspace.jsonLines(in: "kept", prefix: "part-")
    #expect(kept == [Self.documents[0], Self.documents[2]])

    let refused = try workspace.jsonLines(in: "refused", prefix: "rejected-")
    #expect(refused.map { $0["record"]?.objectValue } == [Self.documents[1], Self.documents[3]])
    for entry in refused {
      #expect(entry["profile"] == "reference")
      let (value, threshold) = (
        try #require(entry["value"]?.doubleValue), try #require(entry["threshold"]?.doubleValue)
      )
      let holds =
        switch entry["bound"]?.stringValue {
        case "≥": value >= threshold
        case ">": value > threshold
        case "≤": value <= threshold
        default: value < threshold
        }
      #expect(!holds, "\(entry)")
    }
    let report = try workspace.json("kept/report.json")
    try expectBalanced(report)
    let reasons = refused.map { "reference/\($0["rule"]?.stringValue ?? "")" }
    #expect(try rejections(report) == Dictionary(reasons.map { ($0, 1) }, uniquingKeysWith: +))
  }

  @Test("profiles are routed by language where they are for several")
  func routes() throws {
    let both = ["--profile", "gopher-quality@datatrove", "--profile", "map-cc"]
    let workspace = try Self.workspace()
    // Their own setting names: a wrong one is refused with those that are there.
    let refusal = try Self.filter(workspace, both + ["--set", "thresholds=[map-cc.nothing=10]"], to: "none")
    expect(refusal, Exit.usage, ["map-cc has no nothing"])
    let alone = try Self.filter(workspace, ["--profile", "gopher-quality@datatrove"], to: "alone")
    expect(alone, Exit.ok, ["0 of 4 documents kept", "gopher_short_doc"])
    expect(
      try Self.filter(workspace, ["--profile", "gopher-quality@datatrove", "--set", "route=always"], to: "routed"),
      Exit.ok)
    #expect(try Self.ids(workspace, "routed").contains("chinese"))
    // The English profile refuses the English text and not the Chinese one, which the Chinese profile looks at.
    expect(try Self.filter(workspace, both + ["--rejected", "refused"], to: "both"), Exit.ok)
    let refused = try workspace.jsonLines(in: "refused", prefix: "rejected-")
    let profiles = refused.map { ($0["record"]?.objectValue?["id"]?.stringValue, $0["profile"]?.stringValue) }
    #expect(profiles.contains { $0 == ("good", "gopher-quality@datatrove") })
    #expect(!profiles.contains { $0 == ("chinese", "gopher-quality@datatrove") })
  }

  @Test("names that are none are refused with the nearest")
  func names() throws {
    let workspace = try Self.workspace()
    expect(
      try Self.filter(workspace, ["--profile", "gopher-qualty@datatrove"]), Exit.usage, ["gopher-quality@datatrove"])
    expect(try Self.filter(workspace, ["--profile", "reference", "--profile", "reference"]), Exit.usage, ["twice"])
    for threshold in [
      "reference", "reference.min_words", "reference.min_words=x", "reference.min_words=inf", "c4@datatrove.x=1",
      "reference.mean_word_length=3",
    ] {
      expect(try Self.filter(workspace, ["--set", "thresholds=[\(threshold)]"]), Exit.usage, ["thresholds"])
    }
    expect(
      try Self.filter(workspace, ["--set", "thresholds=[reference.mean_word_length=3]"]), Exit.usage,
      ["min_mean_word_length, max_mean_word_length"])
    expect(try Self.filter(workspace, ["--set", "seed=1", "--set", "seed=2"]), Exit.usage, ["seed twice"])
    expect(try Self.filter(workspace, ["--set", "text_field="]), Exit.usage, ["text_field"])
    expect(try Self.filter(workspace, ["--set", "text_field=id"]), Exit.usage, ["one name"])
    let sweep = ["sweep", "--input", "documents.jsonl"]
    expect(try workspace.run(.filter, sweep + ["--set", "rewrite=true"]), Exit.usage, ["rewrite"])
    for more in [["--set", "min_quality=0.5"], ["--embedder", "x"], ["--quality-head", "x"]] {
      expect(try Self.filter(workspace, more), Exit.usage, ["--quality-head"])
    }
    expect(
      try workspace.run(.filter, ["--input", "documents.jsonl", "--level", "reference", "--output", "kept"]),
      Exit.badData, ["documents.jsonl, line 1", "the field n"])
  }

  @Test("references of a stage are read as such, and only its texts are texts")
  func levels() throws {
    let workspace = Workspace()
    try workspace.write(Corpus.lines, "documents.jsonl")
    expect(try workspace.chunk(), Exit.ok)
    expect(try Self.filter(workspace, input: "references"), Exit.ok, ["references kept"])
    #expect(try workspace.json("kept/plan.json")["stage"] == "filter")
    let kept = try workspace.jsonLines(in: "kept", prefix: "part-")
    #expect(!kept.isEmpty)
    let all = try workspace.jsonLines(in: "references", prefix: "part-")
    #expect(kept.allSatisfy(all.contains))
    expect(
      try Self.filter(workspace, ["--level", "document"], input: "references", to: "x"), Exit.usage, ["references"])
    expect(try workspace.chunk(input: ["kept"], to: "again"), Exit.usage, ["cut already"])
    expect(try workspace.encode(input: "kept"), Exit.ok)
    expect(try Self.filter(workspace, input: "memories", to: "x"), Exit.usage, ["writes no texts"])
    let counts = try reportedCounts(workspace, ["."], stages: 3)
    #expect(counts == [Corpus.texts.count, all.count, kept.count, kept.count].map(Int64.init))
  }

  @Test("bad records are put aside as they were, or end the run; the books balance")
  func badRecords() throws {
    let corpus = BadCorpus(isBad: true)
    let workspace = Workspace()
    try corpus.write(to: workspace, "corpus")
    let arguments = ["--on-bad-input", "quarantine", "--rejected", "refused", "--workers", "3"] + BadCorpus.division
    expect(try Self.filter(workspace, arguments, input: "corpus"), Exit.ok)
    let report = try workspace.json("kept/report.json")
    try expectBalanced(report)
    // Two documents of one id, and what a reference has no room for, are for the stage that cuts documents to find.
    let bad = corpus.entries.filter { $0.kind != "duplicate_id" && !$0.kind.hasSuffix("_out_of_range") }
    let found = try workspace.jsonLines(in: "kept", prefix: "quarantine-").compactMap(BadCorpus.Entry.init)
    #expect(found.count == bad.count)
    for (found, bad) in zip(found, bad) { #expect(found == bad, "\(bad.file):\(bad.line)") }
    let files = try workspace.snapshot("refused").keys.filter { $0.hasPrefix("rejected-") }
    let refused = try files.reduce(0) { try $0 + lines(workspace, "refused/\($1)").count }
    let byRules = try rejections(report).filter { $0.key.hasPrefix("reference/") }.values.reduce(0, +)
    #expect(Int64(refused) == byRules)

    let fail = try Self.filter(workspace, BadCorpus.division, input: "corpus", to: "fail")
    let first = try #require(bad.first)
    expect(fail, Exit.badData, ["\(first.file), line \(first.line)"])
    #expect(try !workspace.snapshot("fail").keys.contains("report.json"))
  }

  @Test("the same bytes from any number of workers; a second run does nothing, and misses what is gone")
  func again() throws {
    let workspace = try Self.workspace()
    for (folder, workers) in [("one/kept", "1"), ("three/kept", "3")] {
      let rejected = folder.replacing("kept", with: "refused")
      expect(try Self.filter(workspace, ["--rejected", rejected, "--workers", workers], to: folder), Exit.ok)
    }
    #expect(try workspace.snapshot("one") == workspace.snapshot("three"))
    let once = try workspace.snapshot("one")
    expect(try Self.filter(workspace, ["--rejected", "one/refused"], to: "one/kept"), Exit.ok, ["nothing to do"])
    #expect(try workspace.snapshot("one") == once)
    expect(try Self.filter(workspace, ["--rejected", "elsewhere"], to: "one/kept"), Exit.badData, ["rejected:"])
    expect(try workspace.run(.filter, ["profiles"]), Exit.ok)
    try workspace.write([], "one/refused/other")
    try workspace.remove("one/refused/rejected-00000.jsonl.zst")
    expect(try Self.filter(workspace, ["--rejected", "one/refused"], to: "one/kept"), Exit.badData, ["rejected-00000"])
  }

  @Test("what decides the results stands in the plan")
  func plans() throws {
    let workspace = try Self.workspace()
    let first = ["--profile", "language:en"]
    expect(try Self.filter(workspace, first), Exit.ok)
    for other in [
      ["--profile", "language:zh"], first + ["--set", "route=always"], first + ["--rejected", "refused"],
    ] {
      expect(try Self.filter(workspace, other), Exit.badData, ["there"])
    }
  }

  @Test("a folder of refused records is one run's, and apart from results")
  func rejectedFolders() throws {
    let workspace = try Self.workspace()
    expect(try Self.filter(workspace, ["--rejected", "refused"]), Exit.ok)
    expect(try Self.filter(workspace, ["--rejected", "refused"], to: "again"), Exit.ok)
    let once = try workspace.snapshot("refused")
    let other = try Self.filter(workspace, ["--rejected", "refused", "--profile", "c4@datatrove"], to: "other")
    expect(other, Exit.badData, ["rejected.json"])
    #expect(try workspace.snapshot("refused") == once)
    for place in ["new", "new/_done", "kept"] {
      expect(try Self.filter(workspace, ["--rejected", place], to: "new"), Exit.usage, ["--rejected"])
    }
    try workspace.write("x", "strange/rejected-00007.jsonl.zst")
    expect(try Self.filter(workspace, ["--rejected", "strange"], to: "new"), Exit.badData, ["rejected-00007"])
  }

  @Test("no tool writes over what it reads")
  func ownInput() throws {
    let workspace = try Self.workspace()
    let documents = try workspace.read("documents.jsonl")
    try workspace.writeStream(documents, "part/part-00000.jsonl.zst")
    for tool in [Tool.filter, .dedupe] {
      expect(
        try workspace.run(tool, ["--input", "part/part-00000.jsonl.zst", "--output", "part"]), Exit.usage, ["overwrite"]
      )
      expect(try workspace.run(tool, ["--input", "part/*", "--output", "part/new"]), Exit.usage, ["lies in"])
      expect(try workspace.run(tool, ["--input", "part", "--output", "none/../part/new"]), Exit.usage, ["lies in"])
    }
    expect(try workspace.chunk(input: ["part/part-00000.jsonl.zst"], to: "part"), Exit.usage, ["overwrite"])
    expect(
      try workspace.run(.filter, ["sweep", "--input", "documents.jsonl", "--svg", "documents.jsonl"]), Exit.usage,
      ["overwrite"])
    #expect(try workspace.read("documents.jsonl") == documents)
    #expect(try workspace.snapshot("part").count == 1)
    // And a stage has a folder of its own.
    expect(try Self.filter(workspace), Exit.ok)
    let kept = try workspace.snapshot("kept")
    expect(try workspace.run(.dedupe, ["--input", "kept", "--output", "kept"]), Exit.usage, ["of its own"])
    expect(
      try workspace.run(.dedupe, ["--input", "documents.jsonl", "--output", "kept"]), Exit.badData, ["filter-documents"]
    )
    #expect(try workspace.snapshot("kept") == kept)
  }

  @Test("of several stages' folders, too, what changed is found")
  func severalStages() throws {
    let workspace = try Self.workspace()
    expect(try Self.filter(workspace, to: "first"), Exit.ok)
    try workspace.write(Corpus.text([Self.document("other", Self.good)]), "other.jsonl")
    expect(try Self.filter(workspace, input: "other.jsonl", to: "second"), Exit.ok)
    let both = ["--input", "first", "second", "--output"]
    expect(try workspace.run(.dedupe, both + ["both"]), Exit.ok, ["2 of 3 documents kept, 1 exact_duplicate"])
    var part = try workspace.read("second/part-00000.jsonl.zst")
    part[part.count - 1] ^= 1
    try workspace.write(part, "second/part-00000.jsonl.zst")
    expect(try workspace.run(.dedupe, both + ["changed"]), Exit.badData, ["second/part-00000"])
  }

  @Test("sweep says of each rule what its thresholds would keep, and draws it")
  func sweep() throws {
    let workspace = try Self.workspace()
    let run = expect(
      try workspace.run(.filter, ["sweep", "--input", "documents.jsonl", "--json", "--svg", "sweep.svg"]), Exit.ok)
    let profile = try #require(try run.jsonLines().first)
    #expect(profile["texts"] == 4)
    #expect(profile["kept"] == 2)
    #expect(String(decoding: try workspace.read("sweep.svg"), as: UTF8.self).contains("<svg"))
    let table = expect(try workspace.run(.filter, ["sweep", "--input", "documents.jsonl"]), Exit.ok)
    #expect(table.output.contains("keeps 2 of 4 texts"))
  }

  @Test("c4 changes documents where it is asked to, and never references")
  func rewriting() throws {
    let lines = (0..<6).map { "The \($0)th bridge over this river was built of stone by monks." }
    let workspace = try Self.workspace([Self.document("a", (lines + ["Menu"]).joined(separator: "\n"))])
    let c4 = ["--profile", "c4@datatrove"]
    expect(try Self.filter(workspace, c4, to: "asis"), Exit.ok, ["1 of 1"])
    expect(try Self.filter(workspace, c4 + ["--set", "rewrite=true"], to: "rewritten"), Exit.ok, ["1 of 1"])
    let texts = try ["asis", "rewritten"].map {
      try workspace.jsonLines(in: $0, prefix: "part-")[0]["text"]?.stringValue
    }
    #expect(texts[0]?.hasSuffix("Menu") == true)
    #expect(texts[1] == lines.joined(separator: "\n"))
    expect(
      try Self.filter(workspace, c4 + ["--set", "rewrite=true", "--level", "reference"], to: "x"), Exit.usage,
      ["rewrite"])
  }
}
