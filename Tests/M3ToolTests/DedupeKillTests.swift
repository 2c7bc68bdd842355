import Glibc
import M3Bytes
import M3JSON
import Testing

@Suite("m3-dedupe, killed")
struct DedupeKillTests {
  @Test("a run that is killed at any moment and repeated gives the same bytes", arguments: [1, 2, 3, 4] as [UInt64])
  func kill(seed: UInt64) throws {
    let workspace = Workspace()
    for (name, text) in Corpus.files(4, documents: 300) { try workspace.write(text, "in/\(name)") }
    func run(_ output: String) -> [String] {
      ["--input", "in", "--output", output, "--set", "task_bytes=20000", "--workers", "2"]
    }
    expect(try workspace.run(.dedupe, run("whole")), Exit.ok)
    var microseconds: useconds_t = 2_000 * useconds_t(seed)
    var ended = false
    while !ended {
      let child = try Child(.dedupe, run("killed"), in: try workspace.path)
      usleep(microseconds)
      child.kill()
      ended = try child.wait().status == 0
      microseconds += microseconds / 4 + 1_000
    }
    expect(try workspace.run(.dedupe, run("killed")), Exit.ok)
    #expect(try workspace.snapshot("killed") == workspace.snapshot("whole"))
  }
}
