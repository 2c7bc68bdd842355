import Glibc
import M3Bytes
import Testing

@Suite("stdout")
struct StandardOutputTests {
  static let calls: [(Tool, [String])] = [
    (.read, ["info", "bank"]), (.read, ["get", "bank", "river-0#0", "--json"]), (.verify, ["bank", "--json"]),
  ]

  @Test("a full disk is an I/O error", arguments: calls)
  func full(_ call: (tool: Tool, arguments: [String])) throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    let run = try SharedBank.workspace.run(call.tool, call.arguments, output: full)
    expect(run, Exit.inputOutput, ["standard output", "No space left"])
  }

  @Test("a reader that goes away ends nothing by a signal", arguments: calls)
  func gone(_ call: (tool: Tool, arguments: [String])) throws {
    var ends: [Int32] = [0, 0]
    let made = pipe(&ends)
    try #require(made == 0)
    defer { close(ends[1]) }
    close(ends[0])
    expect(try SharedBank.workspace.run(call.tool, call.arguments, output: ends[1]), Exit.ok)
  }
}
