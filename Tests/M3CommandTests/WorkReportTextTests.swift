import M3Bytes
import M3Command
import M3JSON
import M3Stage
import M3TestSupport
import Testing

@Suite("Report for people")
struct WorkReportTextTests {
  let root: TemporaryFolder

  init() throws {
    root = try TemporaryFolder()
    try root.write(Array("documents".utf8), "a")
    try root.write(Array("more documents".utf8), "b")
  }

  private func books(_ input: Int, _ kept: Int, _ rejected: [String: Int], _ totals: [String: Int]) -> StageAccount {
    var account = StageAccount()
    account.input = input
    account.kept = kept
    account.rejected = rejected
    account.totals = totals
    return account
  }

  /// Runs a stage that writes its name in every task, and puts the costs of a known run in the place of its own.
  private func run(
    _ name: String, _ folder: StageFolder, _ sources: [[StageSource]], only indices: [Int]? = nil, _ books: StageAccount
  ) throws {
    let work = StageWork(
      folder: folder, definition: StageDefinition(name: name, version: 1, settings: [:]), sources: { sources })
    _ = try StageRunner(work, plan: work.plan(), workers: 2).run(indices) { task in
      let bytes = Array("\(name) \(task.index)".utf8)
      let digest = try AtomicFile.write(bytes, to: folder.file(task.number))
      let output = StageOutput(name: task.number, byteCount: UInt64(bytes.count), digest: digest)
      return StageResult(outputs: [output], account: books)
    }
    for task in indices ?? Array(sources.indices) {
      try AtomicFile.write(
        Array(
          #"{"cpu_milliseconds":50000,"peak_memory_bytes":209715200,"wall_milliseconds":40000,"workers":2}"#.utf8),
        to: FilePaths.join(folder.statePath, "_runs/\(task)-of-\(sources.count).json"))
    }
  }

  private func chunk(only indices: [Int]? = nil) throws {
    let sources = try ["a", "b"].map {
      [StageSource(name: $0, path: root.file($0), byteCount: try FilePaths.size(root.file($0)))]
    }
    try run(
      "chunk", StageFolder(root.file("references")), sources, only: indices,
      books(250, 249, ["no_text": 1], ["references": 800, "tokens": 70_000]))
  }

  private func shard(input: Int) throws {
    try run(
      "shard", StageFolder(bank: root.file("bank")), Upstream(folder: root.file("references")).tasks,
      books(input, input, [:], ["payload_bytes": input * 500]))
  }

  /// The report with the temporary folder's name left out.
  private func text(_ names: String...) throws -> [String] {
    try WorkReportText.text(WorkReport(paths: names.map(root.file)))
      .split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.split(separator: root.path + "/", omittingEmptySubsequences: false).joined()
      }
  }

  @Test func finishedWork() throws {
    try chunk()
    try shard(input: 800)
    #expect(
      try text("references", "bank") == [
        "chunk     references",
        "  tasks   2 of 2, finished",
        "  in      500 documents, 23 bytes",
        "  kept    498, 2 rejected: 2 no_text",
        "  totals  1600 references, 140000 tokens",
        "  out     14 bytes in 2 files",
        "  cost    0:01:20, CPU 0:01:40 (63 % of its threads), 200 MiB at most; 6.3 documents a second; 1400 tokens a CPU second",
        "",
        "shard     bank",
        "  tasks   2 of 2, finished",
        "  in      1600 references, 14 bytes",
        "  kept    1600, none rejected",
        "  totals  800000 payload_bytes",
        "  out     14 bytes in 2 files",
        "  cost    0:01:20, CPU 0:01:40 (63 % of its threads), 200 MiB at most; 20.0 references a second",
        "",
        "whole     500 documents → 1600 references → 1600 records; 500 bytes a reference; books balanced",
        "",
      ])
  }

  @Test func workThatGoesOn() throws {
    try chunk(only: [1])
    #expect(
      try text("references", "bank") == [
        "chunk     references",
        "  tasks   1 of 2, 1 missing",
        "  in      250 documents, 23 bytes",
        "  kept    249, 1 rejected: 1 no_text",
        "  totals  800 references, 70000 tokens",
        "  out     7 bytes in 1 file",
        "  cost    40.0 s, CPU 50.0 s (63 % of its threads), 200 MiB at most; 6.3 documents a second; 1400 tokens a CPU second",
        "",
        "whole     250 documents → 800 references; 0 bytes a reference; books balanced so far; "
          + "unfinished: chunk references",
        "no stage  in bank",
        "",
      ])
  }

  @Test func damagedWork() throws {
    try chunk()
    try shard(input: 700)
    try FilePaths.remove(root.file("bank/00001"))
    try FilePaths.remove(root.file("bank.stage/_runs/0-of-2.json"))
    try FilePaths.remove(root.file("references/report.json"))
    let lines = try text("references", "bank")
    #expect(lines[1] == "  tasks   2 of 2, the last step missing")
    #expect(lines[13] == "  out     14 bytes in 2 files, 1 of them gone or of another size")
    #expect(
      lines[14]
        == "  cost    40.0 s, CPU 50.0 s (63 % of its threads), 200 MiB at most; 17.5 references a second; of 1 of 2 tasks"
    )
    #expect(
      lines.suffix(3) == [
        "whole     500 documents → 1600 references → 1400 records; 500 bytes a reference; books NOT balanced so far; "
          + "unfinished: chunk references",
        "books     chunk references gave 1600 references, shard bank took 1400",
        "",
      ])
  }

  @Test func costsThatNobodyRecorded() throws {
    try chunk()
    for task in 0..<2 { try FilePaths.remove(root.file("references/_runs/\(task)-of-2.json")) }
    #expect(try text("references")[6] == "  cost    not recorded")
  }
}
