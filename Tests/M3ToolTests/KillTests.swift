import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite("Killed at any moment, a stage that is run again gives the same bytes and leaves no litter")
struct KillTests {
  private static let stages: [(tool: Tool, arguments: [String], results: [String])] = [
    (
      .chunk, ["--input", "documents", "--output", "references", "--model", Model.tiny, "--max-tokens", "48"],
      ["references"]
    ),
    (.encode, ["--input", "references", "--output", "memories", "--model", Model.tiny], ["memories"]),
    (
      .quantize,
      [
        "--input", "memories", "--references", "references", "--output", "codes", "--codec", "pq", "--set",
        "code_bytes=2", "--set", "code_bits=4",
      ], ["codes"]
    ),
    (.shard, ["--input", "memories", "--references", "references", "--output", "bank"], ["bank", "bank.stage"]),
  ]

  /// All results of an undisturbed run, and how long each stage took.
  private static let undisturbed = Result { () throws -> (workspace: Workspace, microseconds: [Int]) in
    let workspace = Workspace()
    for file in Corpus.files(6, documents: 24) { try workspace.write(file.text, "documents/\(file.name)") }
    var microseconds: [Int] = []
    for stage in stages {
      let clock = ContinuousClock()
      let took = try clock.measure { expect(try workspace.run(stage.tool, stage.arguments), Exit.ok) }
      microseconds.append(Int(took / .microseconds(1)))
    }
    return (workspace, microseconds)
  }

  @Test(arguments: stages.indices, UInt64(0)..<10)
  func killed(_ index: Int, seed: UInt64) throws {
    let (workspace, microseconds) = try Self.undisturbed.get()
    let stage = Self.stages[index]
    let disturbed = Workspace()
    for (earlier, folders) in [(0, ["documents"]), (1, ["references"]), (2, ["memories"])] where earlier <= index {
      for folder in folders { try disturbed.restore(workspace.snapshot(folder), to: folder) }
    }
    // Twice: a run that goes on from another's remains can be killed too.
    var random = Randomness(seed: seed)
    for _ in 0..<2 {
      let child = try Child(stage.tool, stage.arguments, in: disturbed.path)
      usleep(UInt32(random.integer(below: microseconds[index])))
      child.kill()
      let run = try child.wait()
      #expect(run.signal == SIGKILL || run.status == 0, "\(run)")
    }
    expect(try disturbed.run(stage.tool, stage.arguments), Exit.ok)
    for folder in stage.results {
      let (expected, found) = (try workspace.snapshot(folder), try disturbed.snapshot(folder))
      #expect(found.keys.sorted() == expected.keys.sorted())
      for (file, bytes) in expected { #expect(found[file] == bytes, "\(folder)/\(file)") }
    }
  }
}
