import M3JSON
import M3TestSupport
import Testing

@Suite("m3-read generate, retrieving")
struct RetrievalGenerateTests {
  private static let prompt = "Rivers flow"
  private static let drawn = ["--temperature", "1", "--seed", "1"]

  @Test("reads what search gives for the prompt, as many as --memories, and none below --gate")
  func memories() throws {
    let hits = try RetrievalBank.search(Self.prompt, count: 8)
    let similarities = try hits.map { try #require($0["similarity"]?.doubleValue) }
    func shown(_ arguments: [String]) throws -> ShownMemories {
      let run = expect(try RetrievalBank.retrieve(Self.prompt, arguments + ["--show-memories"]), Exit.ok)
      let shown = try #require(run.shownMemories().first, "\(run)")
      #expect(shown.token == 0)
      try shown.expectFirst(hits)
      return shown
    }
    #expect(try shown([]).ids.count == 5)
    #expect(try shown(["--memories", "2"]).ids.count == 2)
    #expect(try shown(["--memories", "64"]).ids.count == 8)
    #expect(try shown(["--set", "memories=3"]).ids.count == 3)
    let between = (similarities[2] + similarities[3]) / 2
    #expect(try shown(["--gate", "\(between)"]).ids.count == 3)
    #expect(try shown(["--gate", "\(between)", "--memories", "1"]).ids.count == 1)
  }

  @Test("a gate that nothing passes reads the BOS memory alone, and says so")
  func closedGate() throws {
    let run = expect(
      try RetrievalBank.retrieve(Self.prompt, Self.drawn + ["--gate", "2", "--show-memories"]), Exit.ok,
      ["[from token 0: no memory is near enough]"])
    #expect(run.output == (try text(Self.drawn)))
    #expect(run.output != (try retrieved(Self.drawn)))
  }

  @Test("one retrieved memory is the same as the named one")
  func named() throws {
    let found = try #require(RetrievalBank.search(Self.prompt, count: 1)[0]["id"]?.stringValue)
    #expect(found == "river#0")
    // Prompt and continuation are shorter than a chunk.
    let arguments = Self.drawn + ["--max-tokens", "40"]
    let one = try retrieved(arguments + ["--memories", "1"])
    #expect(try text(arguments + ["--memory", "river#0"]) == one)
    #expect(try text(arguments + ["--memory", "ship#0"]) != one)
    #expect(try text(arguments) != one)
  }

  @Test("as text, references stand before the prompt, the nearest last; as none, nothing does")
  func modes() throws {
    let ids = try RetrievalBank.search(Self.prompt, count: 2).compactMap { $0["id"]?.stringValue }
    let retrieved = try retrieved(Self.drawn + ["--as", "text", "--memories", "2"])
    #expect(try text(Self.drawn + ["--as", "text", "--memory"] + ids.reversed()) == retrieved)
    #expect(try text(Self.drawn + ["--as", "text", "--memory"] + ids) != retrieved)
    #expect(try self.retrieved(Self.drawn + ["--as", "none"]) == text(Self.drawn + ["--as", "none"]))
  }

  @Test("the same seed says the same, another one something else; the likeliest alone need no seed")
  func sampling() throws {
    let first = try retrieved(Self.drawn)
    #expect(try retrieved(Self.drawn) == first)
    #expect(try retrieved(["--temperature", "1", "--seed", "2"]) != first)
    let greedy = try retrieved([])
    #expect(greedy != first)
    for bound in [["--top-k", "1"], ["--top-p", "0.000001"]] { #expect(try retrieved(Self.drawn + bound) == greedy) }
  }

  @Test("any number of threads says the same", arguments: [[], ["--exact"]])
  func threads(exact: [String]) throws {
    let arguments = Self.drawn + exact + ["--set", "chunk_tokens=8"]
    let one = try retrieved(arguments + ["--threads", "1"])
    #expect(try retrieved(arguments + ["--threads", "2"]) == one)
    #expect(try retrieved(arguments) == one)
  }

  @Test("each full chunk retrieves by its own text what is read behind it")
  func chunks() throws {
    let run = expect(
      try RetrievalBank.retrieve(
        Self.prompt, ["--set", "chunk_tokens=8", "--max-tokens", "32", "--temperature", "1", "--show-memories"]),
      Exit.ok)
    // The model's tokens are bytes, and a context without a BOS of its own begins with the prompt.
    let context = Array((Self.prompt + run.output.dropLast()).utf8)
    try #require(context.count > 32, "\(run)")
    let changes = try run.shownMemories()
    // The prompt's first chunk reads what it retrieves itself; its rest fills up with what is generated.
    #expect(changes.map(\.token) == [0] + Array(stride(from: 16, to: context.count, by: 8)))
    for (change, query) in zip(changes, stride(from: 0, to: context.count, by: 8)) {
      try change.expectFirst(RetrievalBank.search(String(decoding: context[query..<query + 8], as: UTF8.self)))
      #expect(change.ids.count == 5)
    }
    #expect(Set(changes.map(\.ids)).count > 1)
    #expect(run.errors.contains("[\(5 * changes.count) memories read, "), "\(run)")
  }

  @Test(
    "neither reading ahead nor the cache changes what is said",
    arguments: ["prefetch_tokens=0", "prefetch_tokens=4", "cache_bytes=0", "cache_bytes=3000"])
  func independence(setting: String) throws {
    let arguments = Self.drawn + ["--set", "chunk_tokens=8"]
    #expect(try retrieved(arguments + ["--set", setting]) == retrieved(arguments))
  }

  @Test(
    "how much memories weigh changes what is said",
    arguments: ["similarity_weight=40", "logit_scale=3", "log_sum_exp_scale=3"])
  func weights(setting: String) throws {
    #expect(try retrieved(Self.drawn + ["--set", setting]) != retrieved(Self.drawn))
  }

  @Test("settings come from the pipeline file, and flags win")
  func settings() throws {
    let workspace = try RetrievalBank.copy()
    try workspace.write("read:\n  memories: 1\n  gate: 2\n", "own.yaml")
    let config = ["--config", "own.yaml", "--show-memories"]
    let closed = try RetrievalBank.retrieve(Self.prompt, config, in: workspace).shownMemories()
    #expect(closed.first == ShownMemories(token: 0, ids: [], similarities: []))
    let open = try RetrievalBank.retrieve(Self.prompt, config + ["--gate", "0"], in: workspace).shownMemories()
    #expect(open.first?.ids == ["river#0"])
  }

  @Test("what it cannot work with is refused, with the exit code")
  func refused() throws {
    let retrieve = { (arguments: [String]) in try RetrievalBank.retrieve(Self.prompt, arguments) }
    expect(
      try retrieve(["--set", "chunk_token=8"]), Exit.usage,
      ["unknown key read.chunk_token", "did you mean chunk_tokens"])
    expect(try retrieve(["--memories", "0"]), Exit.usage, ["read.memories"])
    expect(try retrieve(["--gate", "3"]), Exit.usage, ["read.gate"])
    expect(try retrieve(["--set", "prefetch_tokens=65"]), Exit.usage, ["read.prefetch_tokens"])
    expect(try retrieve(["--memory", "river#0"]), Exit.usage, ["--memory", "--embedder"])
    expect(try retrieve(["--temperature", "-1"]), Exit.usage, ["--temperature"])
    expect(try retrieve(["--top-p", "0"]), Exit.usage, ["--top-p"])
    expect(try retrieve(["--threads", "0"]), Exit.usage, ["--threads"])
    expect(try retrieve(["--max-tokens", "0"]), Exit.usage, ["--max-tokens"])
    expect(try RetrievalBank.retrieve(""), Exit.usage, ["prompt", "empty"])
    expect(try RetrievalBank.read("generate", ["--prompt", "a", "--memory", "lake#0"]), Exit.badData, ["lake#0"])
    expect(try RetrievalBank.read("generate", ["--prompt", "a", "--embedder", "nowhere"]), Exit.missing, ["nowhere"])
  }

  @Test("a prompt fills the model's positions and no more: references have the first 128")
  func length() throws {
    func prompt(_ count: Int) -> String { String(repeating: "x", count: count) }
    let last = expect(try RetrievalBank.retrieve(prompt(512 - 128)), Exit.ok)
    // One token needs no position of its own.
    #expect(last.output.utf8.count == 2, "\(last)")
    expect(try RetrievalBank.retrieve(prompt(513 - 128)), Exit.badData, ["513", "512"])
    // A BOS stands before a context that reads no memories.
    let none = { (count: Int) in try RetrievalBank.read("generate", ["--prompt", prompt(count), "--as", "none"]) }
    expect(try none(511), Exit.ok)
    expect(try none(512), Exit.badData, ["513", "512"])
  }

  @Test("another model than the bank's is refused with the differences")
  func anotherModel() throws {
    let run = expect(
      try RetrievalBank.read("generate", ["--prompt", "a"], model: Model.tiny), Exit.badData,
      ["not the model that made bank", "model_sha256", "here", "there"])
    let producer = try #require(RetrievalBank.workspace.json("bank/manifest.json")["producer"]?.objectValue)
    #expect(run.errors.contains(try #require(producer["model_sha256"]?.stringValue)), "\(run)")
  }

  /// What is said behind the prompt with the memories that it retrieves.
  private func retrieved(_ arguments: [String]) throws -> String {
    expect(try RetrievalBank.retrieve(Self.prompt, arguments), Exit.ok).output
  }

  /// The same without retrieval.
  private func text(_ arguments: [String]) throws -> String {
    expect(try RetrievalBank.read("generate", ["--prompt", Self.prompt] + arguments), Exit.ok).output
  }
}
