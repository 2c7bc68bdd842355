import Testing

@Suite("Help")
struct HelpTests {
  private static let settings = ["--config", "--set"]
  private static let tasks = ["--task-index", "--task-count", "--task-offset", "--list-missing"]
  private static let running = ["--workers", "--progress", "--log-level"]
  private static let chunk =
    ["--input", "--output", "--model", "--max-tokens", "--with-token-ids", "--on-bad-input"] + settings
  private static let dedupe =
    ["--input", "--output", "--level", "--preset", "--keep", "--on-bad-input"] + settings
  private static let profiles = ["--input", "--profile", "--level"] + settings
  private static let filter =
    ["--output", "--rejected", "--quality-head", "--embedder", "--on-bad-input"] + profiles
  private static let encode =
    ["--input", "--output", "--model", "--kernel", "--calibration", "--on-bad-input"] + settings
  private static let quantize =
    ["--input", "--references", "--output", "--model", "--codec", "--bytes-per-reference", "--kernel"] + settings
  private static let shard = ["--input", "--references", "--output", "--codec", "--sign"] + settings

  private static let index = ["<bank>", "--embedder", "--factory", "--sign"] + settings

  private static let retrieval = ["--embedder", "--memories", "--gate", "--cold", "--keep"] + settings
  private static let generation = [
    "--max-tokens", "--temperature", "--top-k", "--top-p", "--seed", "--threads", "--exact", "--kernel",
  ]
  private static let generate =
    ["<bank>", "--model", "--prompt", "--memory", "--as", "--show-memories"] + retrieval + generation
  private static let chat =
    ["<bank>", "--model", "--system", "--context-tokens", "--show-memories"] + retrieval + generation
  private static let evaluate =
    [
      "<bank>", "--model", "--items", "--modes", "--distractors", "--retrieve", "--overlap-limit", "--kernel", "--json",
    ] + retrieval + running
  private static let decode =
    ["--model", "--bank", "--prompt-tokens", "--tokens", "--prompts", "--rounds", "--threads", "--kernel"] + retrieval

  static let pages: [(tool: Tool, command: [String], options: [String])] = [
    (.chunk, [], ["run", "plan", "--input", "--output", "--model"]),
    (.chunk, ["run"], chunk + tasks + running), (.chunk, ["plan"], chunk + running),
    (.dedupe, [], ["run", "plan", "signatures", "buckets", "cluster", "drop", "explain", "--input", "--output"]),
    (.dedupe, ["run"], dedupe + tasks + running), (.dedupe, ["plan"], dedupe + running),
    (.dedupe, ["buckets", "run"], dedupe + tasks + running), (.dedupe, ["drop", "plan"], dedupe + running),
    (.dedupe, ["explain"], ["<folder>", "<id>", "--input", "--json"]),
    (.filter, [], ["run", "plan", "sweep", "train-quality", "profiles", "--input", "--output"]),
    (.filter, ["run"], filter + tasks + running), (.filter, ["plan"], filter + running),
    (.filter, ["sweep"], profiles + ["--svg", "--sample", "--json"] + running),
    (.filter, ["train-quality"], ["--input", "--embedder", "--output", "--test", "--seed", "--json"] + running),
    (.filter, ["profiles"], ["<name>"]),
    (.encode, [], ["run", "plan", "calibrate", "--input", "--output", "--model"]),
    (.encode, ["run"], encode + tasks + running), (.encode, ["plan"], encode + running),
    (
      .encode, ["calibrate"],
      ["--input", "--output", "--model", "--references", "--kernel", "--calibration"] + running
    ),
    (
      .quantize, [], ["run", "plan", "train", "report", "--input", "--references", "--output", "--model", "--codebook"]
    ),
    (.quantize, ["run"], quantize + ["--codebook"] + tasks + running),
    (.quantize, ["plan"], quantize + ["--codebook"] + running), (.quantize, ["train"], quantize + running),
    (
      .quantize, ["report"],
      ["--input", "--references", "--codes", "--model", "--sample", "--json"] + running
    ),
    (.shard, [], ["run", "plan", "--input", "--references", "--output"]),
    (.shard, ["run"], shard + tasks + running), (.shard, ["plan"], shard + running),
    (.index, [], ["run", "plan", "--embedder"]), (.index, ["run"], index + tasks + running),
    (.index, ["plan"], index + running),
    (
      .verify, [],
      [
        "<bank>", "--level", "--root", "--public-key", "--model", "--sample", "--seed", "--kernel", "--workers",
        "--json", "--progress",
      ] + settings
    ),
    (.read, [], ["info", "get", "search", "generate", "chat", "evaluate", "report"]),
    (.read, ["info"], ["<bank>", "--json"]),
    (.read, ["get"], ["<bank>", "<id>", "--model", "--json"]),
    (.read, ["search"], ["<bank>", "<text>", "--embedder", "--count", "--json"]),
    (.read, ["generate"], generate), (.read, ["chat"], chat), (.read, ["evaluate"], evaluate),
    (.read, ["report"], ["<paths>", "--json"]),
    (
      .bench, [],
      [
        "prefill", "decode", "read", "tokenize", "dedupe", "fidelity", "quantize", "encode", "json", "shard", "verify",
      ]
    ),
    (.bench, ["decode"], decode),
    (
      .bench, ["quantize"],
      [
        "--input", "--codec", "--scope", "--code-bytes", "--code-bits", "--references", "--vectors", "--seconds",
        "--seed",
      ]
    ),
    (
      .bench, ["fidelity"],
      ["<banks>", "--model", "--items", "--distractors", "--label", "--from", "--svg", "--kernel", "--json"] + running
    ),
    (
      .plan, [],
      [
        "--model", "--shape", "--hidden-size", "--references", "--memory-layers", "--tokens-per-head",
        "--reference-tokens", "--chunk-tokens", "--training-tokens", "--vector-bytes", "--text-bytes", "--uses",
        "--json",
      ]
    ),
    (.bench, ["read"], ["<bank>", "--model", "--count", "--sets", "--rounds", "--threads", "--evict", "--seed"]),
    (.bench, ["tokenize"], ["--model", "--input", "--documents", "--rounds"]),
    (
      .bench, ["prefill"],
      ["--model", "--references", "--tokens", "--threads", "--batch", "--rounds", "--kernel", "--arithmetic"]
    ),
    (.bench, ["encode"], ["--model", "--references", "--count", "--threads", "--rounds"] + settings),
    (.bench, ["json"], ["--input", "--count", "--rounds"]),
    (.bench, ["shard"], ["--input", "--references", "--threads", "--rounds", "--seed"] + settings),
    (.bench, ["verify"], ["<bank>", "--level", "--rounds"]),
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
