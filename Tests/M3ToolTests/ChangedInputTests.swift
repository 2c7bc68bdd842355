import Glibc
import M3Bytes
import Testing

@Suite("Files that change between the plan and a task")
struct ChangedInputTests {
  private static let more = BadCorpus.division + ["--on-bad-input", "quarantine"]

  private static func chunk(_ workspace: Workspace, _ verb: [String] = [], _ task: Int? = nil) throws -> ToolRun {
    let arguments = ["--input", "corpus", "--output", "references", "--model", Model.tiny, "--set", "max_tokens=48"]
    return try workspace.run(
      .chunk, verb + arguments + more + (task.map { ["--task-index", "\($0)"] } ?? []))
  }

  private static func planned() throws -> Workspace {
    let workspace = Workspace()
    try BadCorpus(isBad: true).write(to: workspace, "corpus")
    expect(try chunk(workspace, ["plan"]), Exit.ok)
    return workspace
  }

  /// Puts the file back; every task is then done as if nothing had happened.
  private static func expectNothingLost(_ workspace: Workspace) throws {
    expect(try chunk(workspace), Exit.ok)
    let undisturbed = try planned()
    expect(try chunk(undisturbed), Exit.ok)
    let (expected, found) = (try undisturbed.snapshot("references"), try workspace.snapshot("references"))
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (file, bytes) in expected { #expect(found[file] == bytes, "\(file)") }
  }

  @Test("a byte, and the size stays: the task that reads it refuses, the others do not", arguments: [false, true])
  func sameSize(_ wholeRun: Bool) throws {
    let workspace = try Self.planned()
    let before = try workspace.read("corpus/a.jsonl")
    var bytes = before
    bytes[20] ^= 1
    try workspace.write(bytes, "corpus/a.jsonl")
    if wholeRun {
      expect(try Self.chunk(workspace), Exit.badData, ["input a.jsonl[0..<", "its content changed"])
    } else {
      expect(try Self.chunk(workspace, [], 0), Exit.badData, ["corpus/a.jsonl: changed since the plan was made"])
      // Another range of that file has the bytes that were planned.
      expect(try Self.chunk(workspace, [], 1), Exit.ok)
    }
    #expect(try FilePaths.kind(workspace.file("references/part-00000.jsonl.zst")) == nil)
    try workspace.write(before, "corpus/a.jsonl")
    try Self.expectNothingLost(workspace)
  }

  @Test("another size, or gone: refused before any task", arguments: ["a.jsonl", "c.jsonl.zst", "deep/bad.txt"])
  func otherSize(_ name: String) throws {
    let workspace = try Self.planned()
    let before = try workspace.read("corpus/\(name)")
    try workspace.write(before + [0x0A], "corpus/\(name)")
    expect(try Self.chunk(workspace), Exit.badData, [name])
    unlink(try workspace.file("corpus/\(name)"))
    expect(try Self.chunk(workspace), Exit.badData, [name])
    #expect(try workspace.snapshot("references").keys.sorted() == ["plan.json"])
    try workspace.write(before, "corpus/\(name)")
    try Self.expectNothingLost(workspace)
  }
}
