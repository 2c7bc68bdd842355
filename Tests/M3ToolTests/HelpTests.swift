import Testing

@Suite("Help")
struct HelpTests {
  private static let settings = ["--config", "--set"]
  private static let tasks = ["--task-index", "--task-count", "--task-offset", "--list-missing"]
  private static let running = ["--workers", "--progress", "--log-level"]
  private static let chunk =
    ["--input", "--output", "--model", "--max-tokens", "--with-token-ids", "--on-bad-input"] + settings
  private static let encode =
    ["--input", "--output", "--model", "--kernel", "--calibration", "--on-bad-input"] + settings
  private static let shard = ["--input", "--references", "--output", "--codec"] + settings

  static let pages: [(tool: Tool, command: [String], options: [String])] = [
    (.chunk, [], ["run", "plan", "--input", "--output", "--model"]),
    (.chunk, ["run"], chunk + tasks + running), (.chunk, ["plan"], chunk + running),
    (.encode, [], ["run", "plan", "calibrate", "--input", "--output", "--model"]),
    (.encode, ["run"], encode + tasks + running), (.encode, ["plan"], encode + running),
    (
      .encode, ["calibrate"],
      ["--input", "--output", "--model", "--references", "--kernel", "--calibration"] + running
    ),
    (.shard, [], ["run", "plan", "--input", "--references", "--output"]),
    (.shard, ["run"], shard + tasks + running), (.shard, ["plan"], shard + running),
    (.verify, [], ["<bank>", "--level", "--root", "--json", "--progress"]),
    (.read, [], ["info", "get", "generate", "evaluate", "report"]),
    (.read, ["info"], ["<bank>", "--json"]),
    (.read, ["get"], ["<bank>", "<id>", "--json"]),
    (.read, ["generate"], ["<bank>", "--model", "--prompt", "--memory", "--as", "--max-tokens", "--kernel"]),
    (
      .read, ["evaluate"],
      [
        "<bank>", "--model", "--items", "--modes", "--distractors", "--kernel", "--json", "--workers", "--progress",
        "--log-level",
      ]
    ),
    (.read, ["report"], ["<paths>", "--json"]),
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
