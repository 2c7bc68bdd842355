import Glibc
import M3Bytes
import Testing

@Suite("Runs at the same time in one folder")
struct ConcurrentRunTests {
  @Test("one does the work, the others do nothing or ask to try again", arguments: 0..<4)
  func together(_ round: Int) throws {
    let workspace = Workspace()
    try workspace.write(Corpus.lines, "documents.jsonl")
    let model = ["--model", Model.tiny]
    let calls: [(Tool, [String], results: [String])] = [
      (
        .chunk, ["--input", "documents.jsonl", "--output", "references", "--set", "max_tokens=48"] + model,
        ["references"]
      ),
      (.encode, ["--input", "references", "--output", "memories"] + model, ["memories"]),
      (.shard, ["--input", "memories", "--references", "references", "--output", "bank"], ["bank", "bank.stage"]),
    ]
    for (tool, arguments, results) in calls {
      let children = try (0..<3).map { _ in try Child(tool, arguments, in: workspace.path) }
      for child in children {
        let run = try child.wait()
        #expect(run.signal == nil && [Exit.ok, Exit.transient].contains(run.status), "\(run)")
      }
      expect(try workspace.run(tool, arguments), Exit.ok)
      for folder in results {
        #expect(try workspace.snapshot(folder) == SharedBank.workspace.snapshot(folder))
      }
    }
  }
}
