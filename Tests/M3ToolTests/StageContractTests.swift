import Glibc
import M3Bytes
import Testing

@Suite("The contract of a stage")
struct StageContractTests {
  /// The stages as calls on a workspace with the corpus and all its results.
  enum Stage: String, CaseIterable, Sendable {
    case chunk, encode, shard

    func run(_ workspace: Workspace, _ more: [String] = []) throws -> ToolRun {
      switch self {
      case .chunk: try workspace.chunk(more)
      case .encode: try workspace.encode(more)
      case .shard: try workspace.shard(more)
      }
    }

    /// Where its plan and markers lie.
    var state: String {
      switch self {
      case .chunk: "references"
      case .encode: "memories"
      case .shard: "bank.stage"
      }
    }

    var results: String { self == .shard ? "bank" : state }
  }

  private static func finished() throws -> Workspace {
    let workspace = try SharedBank.copy(["references", "memories", "bank", "bank.stage"])
    try workspace.write(Corpus.lines, "documents.jsonl")
    return workspace
  }

  @Test("a second run does nothing and says so", arguments: Stage.allCases)
  func secondRun(_ stage: Stage) throws {
    let workspace = try Self.finished()
    let before = (try workspace.snapshot(stage.state), try workspace.snapshot(stage.results))
    expect(try stage.run(workspace), Exit.ok, ["nothing to do: 1 of 1 tasks are done"])
    #expect(try workspace.snapshot(stage.state) == before.0)
    #expect(try workspace.snapshot(stage.results) == before.1)
  }

  @Test(
    "other settings are refused, and the difference is named",
    arguments: [
      (Stage.chunk, ["--max-tokens", "40"], "max_tokens: 48 there, 40 now"),
      (.chunk, ["--on-bad-input", "quarantine"], "on_bad_input: \"fail\" there, \"quarantine\" now"),
      (.chunk, ["--set", "title_field=name"], "title_field: \"title\" there, \"name\" now"),
      (.encode, ["--set", "tokens_per_head=4"], "tokens_per_head: 16 there, 4 now"),
      (.encode, ["--set", "rule=received"], "rule: \"all\" there, \"received\" now"),
      (.encode, ["--set", "layers=1"], "layers: \"all\" there, \"1\" now"),
      (.shard, ["--codec", "bf16"], "codec: \"int4\" there, \"bf16\" now"),
      (.shard, ["--set", "compression_level=9"], "compression_level: 3 there, 9 now"),
    ])
  func changedSettings(_ stage: Stage, _ more: [String], _ difference: String) throws {
    let workspace = try Self.finished()
    let before = try workspace.snapshot(stage.results)
    expect(
      try stage.run(workspace, more), Exit.badData, [difference, stage.state == "bank.stage" ? "bank" : stage.state])
    #expect(try workspace.snapshot(stage.results) == before)
  }

  @Test("how a run is carried out is no setting", arguments: Stage.allCases)
  func runOptions(_ stage: Stage) throws {
    expect(try stage.run(Self.finished(), ["--workers", "3", "--progress", "plain"]), Exit.ok, ["nothing to do"])
  }

  @Test("another model is refused, and named")
  func changedModel() throws {
    let workspace = try Self.finished()
    expect(try workspace.encode(model: Model.other), Exit.badData, ["model_sha256"])
  }

  @Test("other documents are refused, and named")
  func changedInput() throws {
    let workspace = try Self.finished()
    try workspace.write(Corpus.lines + #"{"text":"One more."}"# + "\n", "documents.jsonl")
    expect(try workspace.chunk(), Exit.badData, ["input documents.jsonl: its content changed"])
    try workspace.write("Another text.", "more.txt")
    expect(
      try workspace.chunk(input: ["documents.jsonl", "more.txt"]), Exit.badData, ["input more.txt: not there before"])
  }

  @Test("references made anew make the memories' plan another one")
  func upstreamMadeAnew() throws {
    let workspace = try Self.finished()
    expect(try workspace.chunk(["--set", "title_field=none"], to: "others"), Exit.ok)
    expect(try workspace.encode(input: "others"), Exit.badData, ["input part-00000.jsonl.zst: its content changed"])
  }

  @Test("the folder of another stage is refused")
  func otherStage() throws {
    let workspace = try Self.finished()
    expect(try workspace.encode(to: "references"), Exit.usage, ["a stage has a folder of its own"])
    expect(try workspace.chunk(to: "memories"), Exit.badData, ["stage: \"encode\" there, \"chunk\" now"])
    let before = try workspace.snapshot("references")
    expect(try workspace.shard(to: "references"), Exit.usage, ["a stage has a folder of its own"])
    #expect(try workspace.snapshot("references") == before)
  }

  @Test("a stage before that has not finished", arguments: [Stage.encode, .shard])
  func missingMarker(_ stage: Stage) throws {
    let workspace = try Self.finished()
    let upstream = stage == .encode ? "references" : "memories"
    unlink(try workspace.file("\(upstream)/_done/0-of-1.json"))
    expect(try stage.run(workspace), Exit.missing, [upstream, "task 0-of-1 has no marker"])
  }

  @Test(
    "a part that changed since its stage finished",
    arguments: [
      (Stage.encode, "references/part-00000.jsonl.zst"), (.shard, "references/part-00000.jsonl.zst"),
      (.shard, "memories/part-00000.spool.lz4"),
    ], [true, false])
  func staleUpstream(_ call: (stage: Stage, part: String), sameSize: Bool) throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    var bytes = try workspace.read(call.part)
    if sameSize { bytes[bytes.count / 2] ^= 1 } else { bytes.removeLast() }
    try workspace.write(bytes, call.part)
    let run = call.stage == .encode ? try workspace.encode(to: "new") : try workspace.shard(to: "new")
    expect(run, Exit.missing, [FilePaths.split(call.part).folder, "changed since the stage before finished"])
    #expect(try FilePaths.kind(workspace.file("new/manifest.json")) == nil)
  }

  @Test("memories and references of different documents do not become a bank")
  func foreignReferences() throws {
    let workspace = try SharedBank.copy(["memories"])
    try workspace.write(Corpus.text(Array(Corpus.documents.reversed())), "documents.jsonl")
    expect(try workspace.chunk(), Exit.ok)
    expect(try workspace.shard(), Exit.usage, ["not the references that", "part-00000.spool.lz4 was made from"])
    #expect(try FilePaths.kind(workspace.file("bank")) == nil)
  }

  @Test("two documents of one id: within a task at their line, in two tasks before anything goes on")
  func duplicateAcrossFiles() throws {
    let workspace = Workspace()
    try workspace.write(#"{"id":"same","text":"The first."}"# + "\n", "documents/a.jsonl")
    try workspace.write(#"{"id":"same","text":"The second."}"# + "\n", "documents/b.jsonl")
    expect(try workspace.chunk(input: ["documents"], to: "one"), Exit.badData, ["b.jsonl, line 1", "duplicate"])
    for policy in ["fail", "quarantine"] {
      let more = ["--set", "task_bytes=1", "--on-bad-input", policy]
      for _ in 0..<2 {
        expect(
          try workspace.chunk(more, input: ["documents"], to: policy), Exit.badData,
          ["duplicate document same: it is in part-00000.jsonl.zst and in part-00001.jsonl.zst"])
      }
      #expect(try workspace.chunk(more + ["--list-missing"], input: ["documents"], to: policy).output == "1\n")
      expect(try workspace.encode(input: policy), Exit.missing, [policy, "last step"])
    }
  }

  @Test("a task that another process holds", arguments: Stage.allCases)
  func locked(_ stage: Stage) throws {
    let workspace = try Self.finished()
    unlink(try workspace.file("\(stage.state)/_done/0-of-1.json"))
    let lock = open(try workspace.file("\(stage.state)/_done/.0-of-1.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    try #require(lock >= 0)
    defer { close(lock) }
    try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
    expect(try stage.run(workspace), Exit.transient, ["another process is writing here"])
    try #require(flock(lock, LOCK_UN) == 0)
    expect(try stage.run(workspace), Exit.ok)
  }

  @Test("a lock that a killed run left behind its marker goes with the next run", arguments: Stage.allCases)
  func leftLock(_ stage: Stage) throws {
    let workspace = try Self.finished()
    let expected = try workspace.snapshot(stage.state)
    try workspace.write([], "\(stage.state)/_done/.0-of-1.lock")
    expect(try stage.run(workspace), Exit.ok)
    #expect(try workspace.snapshot(stage.state) == expected)
  }

  @Test(
    "results that went away are made again",
    arguments: [
      (Stage.chunk, "references/part-00000.jsonl.zst"), (.encode, "memories/part-00000.spool.lz4"),
      (.shard, "bank/shard-00000.m3s"), (.shard, "bank/manifest.json"), (.shard, "bank/codebook.m3c"),
      (.shard, "bank/bos.m3m"),
    ])
  func madeAgain(_ stage: Stage, _ file: String) throws {
    let workspace = try Self.finished()
    let before = try workspace.snapshot(stage.results)
    unlink(try workspace.file(file))
    expect(try stage.run(workspace), Exit.ok)
    #expect(try workspace.snapshot(stage.results) == before)
  }

  @Test(
    "a damaged plan or marker", arguments: ["references/plan.json", "references/_done/0-of-1.json"], ["", "{", "[]"])
  func damagedState(_ file: String, _ content: String) throws {
    let workspace = try Self.finished()
    try workspace.write(content, file)
    expect(try workspace.chunk(), Exit.badData, [FilePaths.split(file).name])
    let run = try workspace.encode(to: "new")
    #expect(run.signal == nil && [Exit.badData, Exit.missing].contains(run.status), "\(run)")
  }
}
