import M3Bytes
import M3JSON
import Testing

@Suite("A corpus with every kind of bad record, in every kind of file, over several tasks")
struct BadCorpusTests {
  private static let quarantine = ["--on-bad-input", "quarantine"]

  private static func workspace(_ corpus: BadCorpus) throws -> Workspace {
    let workspace = Workspace()
    try corpus.write(to: workspace, "corpus")
    return workspace
  }

  private static func chunk(_ workspace: Workspace, _ more: [String] = []) throws -> ToolRun {
    try workspace.chunk(BadCorpus.division + more, input: ["corpus"])
  }

  /// All stages over the corpus with its bad records.
  private static func made(workers: String) throws -> Workspace {
    let workspace = try workspace(BadCorpus(isBad: true))
    let run = ["--workers", workers]
    expect(try chunk(workspace, quarantine + run), Exit.ok)
    expect(try workspace.encode(run), Exit.ok)
    expect(try workspace.shard(run), Exit.ok)
    return workspace
  }

  private static let shared = Result { try made(workers: "1") }

  @Test("quarantine: every bad record is put aside as it was written, and counted")
  func putAside() throws {
    let (workspace, corpus) = (try Self.shared.get(), BadCorpus(isBad: true))
    let found = try workspace.jsonLines(in: "references", prefix: "quarantine-").compactMap(BadCorpus.Entry.init)
    #expect(found.count == corpus.entries.count)
    for (found, expected) in zip(found, corpus.entries) { #expect(found == expected) }
    let report = try workspace.json("references/report.json")
    #expect(report["input"]?.integerValue == Int64(corpus.documentCount))
    #expect(report["kept"]?.integerValue == Int64(corpus.goodCount))
    #expect(try rejections(report) == corpus.rejections)
  }

  @Test("quarantine: the references are those of a corpus without the bad records")
  func goodOnes() throws {
    let clean = try Self.workspace(BadCorpus(isBad: false))
    expect(try Self.chunk(clean), Exit.ok)
    let expected = try clean.jsonLines(in: "references", prefix: "part-")
    let found = try Self.shared.get().jsonLines(in: "references", prefix: "part-")
    #expect(expected.count >= BadCorpus(isBad: false).goodCount)
    #expect(found == expected)
  }

  @Test("quarantine: the rest becomes a bank, and the books of all stages agree")
  func bank() throws {
    let (workspace, corpus) = (try Self.shared.get(), BadCorpus(isBad: true))
    for folder in ["references", "memories", "bank.stage"] {
      try expectBalanced(workspace.json("\(folder)/report.json"))
    }
    let references = Int64(try workspace.jsonLines(in: "references", prefix: "part-").count)
    let counts = try reportedCounts(workspace, ["."], stages: 3)
    #expect(counts == [Int64(corpus.documentCount), references, references, references])
    let verified = try expect(workspace.run(.verify, ["bank", "--json"]), Exit.ok).json()
    #expect(verified["outcome"] == "intact")
    #expect(verified["records"]?.integerValue == references)

    // What this corpus is for: several tasks, one that keeps nothing, and one that reads several files.
    let tasks = try #require(workspace.json("references/plan.json")["tasks"]?.arrayValue)
    #expect(tasks.count > 5)
    #expect(tasks.contains { ($0.arrayValue ?? []).count > 1 })
    let markers = try workspace.snapshot("references/_done").values.map { try JSONValue.parse($0).objectValue }
    #expect(markers.contains { $0?["account"]?.objectValue?["kept"] == 0 })
  }

  @Test("quarantine: three workers write the same bytes")
  func workers() throws {
    let workspace = try Self.made(workers: "3")
    for folder in ["references", "memories", "bank", "bank.stage"] {
      let (expected, found) = (try Self.shared.get().snapshot(folder), try workspace.snapshot(folder))
      #expect(found.keys.sorted() == expected.keys.sorted())
      for (file, bytes) in expected { #expect(found[file] == bytes, "\(folder)/\(file)") }
    }
  }

  @Test("fail: the first bad line is named and nothing is left that looks finished", arguments: ["1", "3"])
  func failAtOnce(_ workers: String) throws {
    let corpus = BadCorpus(isBad: true)
    let workspace = try Self.workspace(corpus)
    let first = try #require(corpus.entries.first)
    expect(
      try Self.chunk(workspace, ["--workers", workers]), Exit.badData,
      ["\(first.file), line \(first.line), byte \(first.byteOffset)", "duplicate document"])
    #expect(try workspace.snapshot("references").keys.sorted() == ["plan.json"])
    expect(try workspace.encode(), Exit.missing, ["task 0-of-"])
  }

  @Test("fail: tasks that were done before stay, and the stage is not finished")
  func failLater() throws {
    let workspace = try Self.workspace(BadCorpus(isBad: false))
    try workspace.write("{\"text\":\"Water.\"}\n{\"text\":\n", "corpus/z/last.jsonl")
    expect(try Self.chunk(workspace), Exit.badData, ["z/last.jsonl, line 2"])
    let tasks = try #require(workspace.json("references/plan.json")["tasks"]?.arrayValue).count
    let last = tasks - 1
    #expect(try Self.chunk(workspace, ["--list-missing"]).output == "\(last)\n")
    let names = try workspace.snapshot("references").keys
    #expect(names.contains("part-00000.jsonl.zst"))
    #expect(!names.contains("part-\(String(repeating: "0", count: 5 - "\(last)".count))\(last).jsonl.zst"))
    #expect(!names.contains("report.json"))
    expect(try workspace.encode(), Exit.missing, ["task \(last)-of-\(tasks) has no marker"])
  }

  @Test("a field by the name of what a user gives is bad data and no missing input")
  func fieldCalledInput() throws {
    let workspace = Workspace()
    try workspace.write("{\"text\":\"Water.\"}\n", "documents.jsonl")
    expect(
      try workspace.chunk(["--set", "text_field=input"]), Exit.badData,
      ["documents.jsonl, line 1", "input: missing field"])
  }

  /// An archive whose stream is damaged, behind good files.
  @Test("a damaged archive ends the run under both policies", arguments: ["gz", "zst", "lz4"], ["cut", "flipped"])
  func damagedArchive(_ kind: String, _ damage: String) throws {
    let name = "z.jsonl.\(kind)"
    let workspace = try Self.workspace(BadCorpus(isBad: false))
    try workspace.writeStream(Array(Corpus.lines.utf8), "corpus/\(name)")
    var bytes = try workspace.read("corpus/\(name)")
    if damage == "cut" { bytes.removeLast(5) } else { bytes[bytes.count / 2] ^= 0x10 }
    try workspace.write(bytes, "corpus/\(name)")
    for policy in ["fail", "quarantine"] {
      let more = BadCorpus.division + ["--on-bad-input", policy]
      expect(try workspace.chunk(more, input: ["corpus"], to: policy), Exit.badData, [name])
      #expect(try FilePaths.kind(workspace.file("\(policy)/report.json")) == nil)
      let parts = try workspace.snapshot(policy).keys.filter { $0.contains("part-") }
      let missing = try workspace.chunk(more + ["--list-missing"], input: ["corpus"], to: policy).output
      #expect(missing.split(separator: "\n").count == 1)
      // The last task's is not there, under no name.
      #expect(parts.sorted() == (0..<parts.count).map { "part-0000\($0).jsonl.zst" })
      #expect(missing == "\(parts.count)\n")
      expect(try workspace.encode(input: policy), Exit.missing, [policy, "has no marker"])
    }
  }
}
