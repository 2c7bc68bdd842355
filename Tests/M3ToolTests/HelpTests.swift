import Testing

@Suite("Help")
struct HelpTests {
  static let pages: [(tool: Tool, command: [String], options: [String])] = [
    (
      .chunk, [],
      [
        "--input", "--output", "--model", "--max-tokens", "--with-token-ids", "--on-bad-input", "--config", "--set",
        "--workers", "--progress",
      ]
    ),
    (.encode, [], ["--input", "--output", "--model", "--kernel", "--config", "--set", "--workers", "--progress"]),
    (.shard, [], ["--input", "--references", "--output", "--codec", "--config", "--set", "--workers", "--progress"]),
    (.verify, [], ["<bank>", "--level", "--root", "--json", "--progress"]),
    (.read, [], ["info", "get", "generate", "evaluate"]),
    (.read, ["info"], ["<bank>", "--json"]),
    (.read, ["get"], ["<bank>", "<id>", "--json"]),
    (.read, ["generate"], ["<bank>", "--model", "--prompt", "--memory", "--as", "--max-tokens", "--kernel"]),
    (
      .read, ["evaluate"],
      ["<bank>", "--model", "--items", "--modes", "--distractors", "--kernel", "--json", "--workers", "--progress"]
    ),
    (.bench, [], ["prefill"]),
    (.bench, ["prefill"], ["--model", "--references", "--tokens", "--threads", "--batch", "--rounds", "--kernel"]),
  ]

  @Test("names every option, on stdout", arguments: pages.indices)
  func help(_ index: Int) throws {
    let page = Self.pages[index]
    let run = expect(try Child(page.tool, page.command + ["--help"], in: "/").wait(), Exit.ok)
    #expect(run.errors.isEmpty)
    for option in page.options { #expect(run.output.contains(option), "\(option)") }
    // And no other: an option that comes is to be named here.
    let named = run.output.matches(of: /--[a-z-]+/).map { String($0.output) }
    #expect(Set(named).subtracting(page.options).subtracting(["--help"]).isEmpty)
    #expect(run.output.contains("OVERVIEW:"))
  }
}
