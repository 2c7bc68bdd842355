import Glibc
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite("m3-index")
struct IndexToolTests {
  private static let embedder = ["--embedder", Fixtures.path("bert/tiny")]

  /// A bank of four shards without an index; what it is made of stays behind.
  private static let bank = Result { () throws -> [String: [UInt8]] in
    let workspace = Workspace()
    for file in Corpus.files(4, documents: 1) { try workspace.write(file.text, "documents/\(file.name)") }
    expect(try workspace.chunk(["--set", "task_bytes=1"], input: ["documents"]), Exit.ok)
    expect(try workspace.encode(["--set", "rule=reconstruction", "--set", "tokens_per_head=2"]), Exit.ok)
    expect(try workspace.shard(), Exit.ok)
    return try workspace.snapshot("bank")
  }

  private let workspace = Workspace()

  init() throws { try workspace.restore(Self.bank.get(), to: "bank") }

  private func index(
    _ verb: [String] = [], _ more: [String] = [], embedder: [String] = embedder, in workspace: Workspace? = nil
  ) throws -> ToolRun {
    try (workspace ?? self.workspace).run(.index, verb + ["bank"] + embedder + more)
  }

  private func root() throws -> JSONValue? {
    try workspace.run(.verify, ["bank", "--json", "--level", "quick"]).json()["root"]
  }

  @Test("puts an index into the bank, whose root stays the same, and then has nothing to do")
  func run() throws {
    let before = try root()
    let first = expect(try index(), Exit.ok, ["references kept", "bank.index"])
    let manifest = try workspace.json("bank/index.json")
    #expect(manifest["bank_root"] == before)
    #expect(manifest["factory"] == "Flat")
    let records = try #require(workspace.json("bank/manifest.json")["records"]?.integerValue)
    #expect(manifest["count"] == .integer(records))
    #expect(first.output.hasPrefix("Flat: \(records) vectors of "))
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
    #expect(try root() == before)
    let files = try workspace.snapshot("bank")
    expect(try index(), Exit.ok, ["nothing to do: 4 of 4 tasks are done"])
    #expect(try workspace.snapshot("bank") == files)
  }

  @Test("the same bytes from any number of workers, and from tasks on their own in any order")
  func determinism() throws {
    let arguments = ["--factory", "HNSW8"]
    let other = Workspace()
    try other.restore(Self.bank.get(), to: "bank")
    expect(try index([], arguments + ["--workers", "1"]), Exit.ok)
    #expect(try index(["plan"], arguments, in: other).output == "4\n")
    for task in [2, 0, 3] {
      expect(try index([], arguments + ["--workers", "2", "--task-index", "\(task)"], in: other), Exit.ok)
    }
    #expect(try index([], arguments + ["--list-missing"], in: other).output == "1\n")
    expect(try index([], arguments + ["--task-index", "1"], in: other), Exit.ok)
    for folder in ["bank", "bank.index"] { #expect(try workspace.snapshot(folder) == other.snapshot(folder)) }
  }

  @Test("together: one does the work, the others do nothing or ask to try again")
  func together() throws {
    let children = try (0..<3).map { _ in try Child(.index, ["bank"] + Self.embedder, in: workspace.path) }
    for child in children {
      let run = try child.wait()
      #expect(run.signal == nil && [Exit.ok, Exit.transient].contains(run.status), "\(run)")
    }
    expect(try index(), Exit.ok)
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
  }

  @Test("killed at any moment, it goes on to the same bytes and leaves no litter", arguments: UInt64(0)..<6)
  func killed(seed: UInt64) throws {
    let undisturbed = Workspace()
    try undisturbed.restore(Self.bank.get(), to: "bank")
    let clock = ContinuousClock()
    let took = try clock.measure { expect(try index(in: undisturbed), Exit.ok) }
    var random = Randomness(seed: seed)
    for _ in 0..<3 {
      let child = try Child(.index, ["bank"] + Self.embedder, in: workspace.path)
      usleep(UInt32(random.integer(below: Int(took / .microseconds(1)))))
      child.kill()
      let run = try child.wait()
      #expect(run.signal == SIGKILL || run.status == Exit.ok, "\(run)")
    }
    expect(try index(), Exit.ok)
    for folder in ["bank", "bank.index"] {
      #expect(try workspace.snapshot(folder) == undisturbed.snapshot(folder), "\(folder)")
    }
  }

  @Test("other settings are refused with the difference, and what to do")
  func difference() throws {
    expect(try index(), Exit.ok)
    expect(
      try index([], ["--factory", "HNSW8"]), Exit.badData,
      [#"factory: "Flat" there, "HNSW8" now"#, "remove bank.index"])
    expect(try index([], ["--set", "nprobe=7"]), Exit.badData, ["nprobe: 32 there, 7 now"])
  }

  @Test("an index of the bank as it was before is damage, until it is made again")
  func stale() throws {
    expect(try index(), Exit.ok)
    let old = try ["index.json", "index.faiss"].map { ($0, try workspace.read("bank/\($0)")) }
    let other = Workspace()
    try other.write(Corpus.lines, "documents.jsonl")
    expect(try other.chunk(), Exit.ok)
    expect(try other.encode(["--set", "rule=reconstruction", "--set", "tokens_per_head=2"]), Exit.ok)
    expect(try other.shard(), Exit.ok)
    for (name, bytes) in old { try other.write(bytes, "bank/\(name)") }
    expect(try other.run(.verify, ["bank", "--level", "quick"]), Exit.badData, ["index.json", "stale-index"])
    expect(try index(in: other), Exit.ok)
    expect(try other.run(.verify, ["bank"]), Exit.ok)
  }

  @Test("what it cannot work with is refused before any work, with the exit code")
  func refused() throws {
    expect(try index([], ["--factory", "bogus"]), Exit.usage, ["index.factory bogus", "none of the kinds"])
    expect(try index([], ["--set", "factor=Flat"]), Exit.usage, ["unknown key index.factor", "factory"])
    expect(try index([], ["--set", "ef_search=0"]), Exit.usage, ["index.ef_search"])
    expect(try index([], embedder: ["--embedder", "nowhere"]), Exit.missing, ["nowhere"])
    expect(try workspace.run(.index, ["nowhere"] + Self.embedder), Exit.missing, ["nowhere"])
    expect(try workspace.run(.index, ["bank"]), Exit.usage, ["--embedder"])
    #expect(try FilePaths.kind(workspace.file("bank.index")) == nil)
    #expect(try workspace.snapshot("bank") == Self.bank.get())
  }

  @Test("settings come from the pipeline file, and flags win")
  func settings() throws {
    try workspace.write("index:\n  factory: HNSW16\n  ef_search: 77\n", "own.yaml")
    expect(try index([], ["--config", "own.yaml", "--set", "ef_search=33"]), Exit.ok)
    let manifest = try workspace.json("bank/index.json")
    #expect(manifest["factory"] == "HNSW16")
    #expect(manifest["search"] == ["efSearch": 33])
  }
}
