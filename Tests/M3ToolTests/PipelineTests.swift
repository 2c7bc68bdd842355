import M3Bytes
import M3JSON
import Testing

@Suite("From documents to a bank that is read")
struct PipelineTests {
  /// Settings of `m3-encode` and `m3-shard`.
  struct Recipe: Sendable, CustomTestStringConvertible {
    let codec: String
    let settings: [String]
    var testDescription: String { "\(codec) \(settings.joined(separator: " "))" }

    init(_ codec: String, _ settings: String...) {
      self.codec = codec
      self.settings = settings
    }
  }

  static let recipes = [
    Recipe("int4"),
    Recipe("bf16", "rule=all"),
    Recipe("int4", "rule=attention", "allocation=uniform", "tokens_per_head=8", "layers=first_half"),
    Recipe("bf16", "rule=attention_exp", "allocation=uniform", "layers=1"),
    Recipe("int4", "rule=received", "allocation=adaptive", "layers=[0, 1]", "bos=<|im_start|>"),
    Recipe("bf16", "rule=reconstruction", "allocation=uniform", "tokens_per_head=4", "repeat_prompt=Again:"),
    Recipe("bf16", "rule=attention", "bos=<|endoftext|>Reference:", "context_bos=attend", "key_space=after_rotation"),
    Recipe("int4", "context_bos=isolated", "bos="),
  ]

  @Test("every recipe gives a bank that verifies and is read", arguments: recipes)
  func recipe(_ recipe: Recipe) throws {
    let workspace = try SharedBank.copy(["references"])
    let kept = try workspace.json("references/report.json")["totals"]?.objectValue?["references"]?.integerValue
    let settings = recipe.settings.flatMap { ["--set", $0] }
    expect(try workspace.encode(settings), Exit.ok)
    let sharded = expect(try workspace.shard(["--codec", recipe.codec]), Exit.ok)
    #expect(sharded.output.hasPrefix("root "))
    for folder in ["references", "memories", "bank.stage"] {
      try expectBalanced(workspace.json("\(folder)/report.json"))
    }

    let verified = try expect(workspace.run(.verify, ["bank", "--json"]), Exit.ok).json()
    #expect(verified["outcome"] == "intact")
    #expect(verified["records"]?.integerValue == kept)
    #expect(sharded.output == "root \(verified["root"]?.stringValue ?? "")\n")

    let info = try expect(workspace.run(.read, ["info", "bank", "--json"]), Exit.ok).json()
    #expect(info["records"]?.integerValue == kept)
    #expect(info["codec"]?.objectValue?["name"]?.stringValue == recipe.codec)
    expect(try workspace.run(.read, ["info", "bank"]), Exit.ok)

    let record = try expect(workspace.run(.read, ["get", "bank", "river-0#0", "--json"]), Exit.ok).json()
    #expect(record["text"]?.stringValue?.hasPrefix("River 0: A river is water") == true)
    #expect(record["source"]?.objectValue?["metadata"] == ["title": "River 0", "year": 0])

    for mode in ["none", "text", "memory"] {
      let arguments = [
        "generate", "bank", "--model", Model.tiny, "--prompt", "The river", "--memory", "river-0#0", "--as", mode,
        "--max-tokens", "8",
      ]
      #expect(try !expect(workspace.run(.read, arguments), Exit.ok).output.isEmpty)
    }
    try workspace.write(SharedBank.items, "items.jsonl")
    let evaluation = [
      "evaluate", "bank", "--model", Model.tiny, "--items", "items.jsonl", "--distractors", "1", "--json",
    ]
    let result = try expect(workspace.run(.read, evaluation), Exit.ok).json()
    try expectFigures(result, bytesPerReference: info["bytes_per_reference"]?.doubleValue)
  }

  private func expectFigures(_ result: JSONObject, bytesPerReference: Double?) throws {
    let modes = try #require(result["modes"]?.objectValue)
    var losses: [String: Double] = [:]
    for mode in ["none", "text", "memory"] {
      let figures = try #require(modes[mode]?.objectValue)
      let tasks = try #require(figures["tasks"]?.objectValue)
      let values = try ["A", "B"].map { try #require(tasks[$0]?.doubleValue) }
      let mean = try #require(figures["nll"]?.doubleValue)
      #expect(abs(mean - (values[0] + values[1]) / 2) < 1e-12)
      losses[mode] = mean
    }
    let bytes = try #require(result["bytes_per_reference"]?.doubleValue)
    #expect(bytes > 0)
    #expect(bytes == bytesPerReference)
    // A random model need not be helped by a text; where it is not, the quotient has no meaning and is left out.
    let (none, text, memory) = (losses["none"]!, losses["text"]!, losses["memory"]!)
    guard none > text else {
      #expect(result["recovered"] == nil)
      return
    }
    let recovered = try #require(result["recovered"]?.doubleValue)
    #expect(abs(recovered - (none - memory) / (none - text)) < 1e-9)
    let interval = try #require(result["recovered_ci"]?.arrayValue).compactMap(\.doubleValue)
    #expect(interval.count == 2 && interval[0] <= interval[1])
  }

  @Test("no document with a text gives an empty bank that verifies")
  func emptyBank() throws {
    let workspace = Workspace()
    try workspace.write(#"{"id":"a","text":""}"# + "\n" + #"{"id":"b","text":" \n\t"}"# + "\n", "documents.jsonl")
    expect(try workspace.chunk(), Exit.ok, ["0 of 2 documents kept, 2 no_text"])
    expect(try workspace.encode(), Exit.ok)
    expect(try workspace.shard(), Exit.ok)
    let report = try expect(workspace.run(.verify, ["bank", "--json"]), Exit.ok).json()
    #expect(report["records"] == 0)
    expect(try workspace.run(.read, ["get", "bank", "a#0"]), Exit.badData, ["a#0"])
  }

  @Test("bench prints JSON lines")
  func bench() throws {
    let workspace = Workspace()
    let arguments = ["prefill", "--model", Model.tiny, "--references", "2", "--tokens", "16", "--rounds", "1"]
    let run = expect(try workspace.run(.bench, arguments), Exit.ok)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let object = try JSONValue.parse(Array(line.utf8)).objectValue
      let rate = try #require(object?["tokens_per_second"]?.doubleValue)
      #expect(rate > 0)
    }
  }
}
