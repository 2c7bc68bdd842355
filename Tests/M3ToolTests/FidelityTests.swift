import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite("m3-bench fidelity")
struct FidelityTests {
  private static let model = ["--model", "model.gguf", "--items", "items.jsonl"]
  private static let banks = ["bank", "bank-bf16"]

  /// Two banks of the same references, by two codecs, and one of other references.
  private static let made = Result { () throws -> Workspace in
    let workspace = try RetrievalBank.copy()
    for folder in ["memories", "references"] {
      try workspace.restore(try RetrievalBank.workspace.snapshot(folder), to: folder)
    }
    try workspace.restore(try RetrievalBank.smaller.snapshot("bank"), to: "smaller")
    let run = try workspace.shard(["--codec", "bf16"], to: "bank-bf16")
    try #require(run.status == 0, "\(run)")
    let items = try helped(workspace)
    try workspace.write(items.joined(), "items.jsonl")
    try workspace.write(items.dropLast().joined(), "fewer.jsonl")
    return workspace
  }

  /// Six items whose targets the model foresees better behind the reference's text: of a random model's, about half.
  private static func helped(_ workspace: Workspace) throws -> [String] {
    let targets = [" is", " water", " in May", " of clover.", " seas.", " bread"]
    let candidates = RetrievalBank.texts.flatMap { document in targets.map { (document.0, $0) } }
    func line(_ index: Int, task: String) -> String {
      #"{"id":"\#(index)","reference_id":"\#(candidates[index].0)#0","task":"\#(task)","#
        + #""context":"It says","target":"\#(candidates[index].1)"}"# + "\n"
    }
    // A task each, so that each one's losses are printed.
    try workspace.write(candidates.indices.map { line($0, task: "\($0)") }.joined(), "items.jsonl")
    let modes = try expect(
      workspace.run(.read, ["evaluate", "bank", "--modes", "none,text", "--json"] + model), Exit.ok
    ).json()["modes"]?.objectValue
    func losses(_ mode: String) throws -> JSONObject {
      try #require(modes?[mode]?.objectValue?["tasks"]?.objectValue)
    }
    let (none, text) = (try losses("none"), try losses("text"))
    let helped = try candidates.indices.filter {
      try #require(none["\($0)"]?.doubleValue) > #require(text["\($0)"]?.doubleValue)
    }
    try #require(helped.count >= 6)
    return helped.prefix(6).enumerated().map { line($1, task: $0 % 2 == 0 ? "A" : "B") }
  }

  @Test("a line a bank, with the figures of m3-read evaluate")
  func lines() throws {
    let lines = try fidelity(Self.banks + Self.model + ["--json"]).jsonLines()
    #expect(lines.map { $0["bank"] } == ["bank", "bank-bf16"])
    #expect(lines.map { $0["codec"] } == ["int4", "bf16"])
    #expect(lines.map { $0["series"] } == ["scalar", "bf16"])
    for (line, bank) in zip(lines, Self.banks) {
      let alone = try expect(Self.made.get().run(.read, ["evaluate", bank, "--json"] + Self.model), Exit.ok).json()
      try #require(alone["recovered"]?.doubleValue != nil, "text helps: otherwise this test shows little")
      for (key, value) in alone.members { #expect(line[key] == value, "\(key)") }
      #expect(line["bench"] == "fidelity")
    }
  }

  @Test("distractors and workers are those of the evaluation")
  func distractors() throws {
    let more = ["--distractors", "2", "--json"] + Self.model
    let line = try fidelity(["bank", "--workers", "1"] + more).json()
    let alone = try expect(Self.made.get().run(.read, ["evaluate", "bank"] + more), Exit.ok).json()
    #expect(line["modes"] == alone["modes"] && line["distractors"] == 2)
  }

  @Test("a table, and a plot with a point a bank, the same from lines as measured")
  func plot() throws {
    let workspace = try Self.made.get()
    let labels = ["--label", "four bits=bank", "--label", "a & b=bank-bf16"]
    let measured = try fidelity(Self.banks + Self.model + labels + ["--svg", "measured.svg"])
    for text in ["four bits", "a & b", "int4", "bf16", "6 items"] { #expect(measured.output.contains(text)) }
    let json = try fidelity(Self.banks + Self.model + labels + ["--json"])
    for (place, line) in json.output.split(separator: "\n").enumerated() {
      try workspace.write("\(line)\n", "line-\(place).jsonl")
    }
    let lines = ["--from", "line-0.jsonl", "--from", "line-1.jsonl"]
    let drawn = try fidelity(lines + ["--svg", "drawn.svg"])
    #expect(drawn.output == measured.output)
    let svg = try workspace.read("drawn.svg")
    #expect(try workspace.read("measured.svg") == svg)
    let text = String(decoding: svg, as: UTF8.self)
    #expect(text.matches(of: /class="bar"/).count == 2)
    #expect(text.contains(">four bits</text>") && text.contains(">a &amp; b</text>"))
    // A page of its own, whatever colour it is shown on.
    #expect(text.contains("class=\"page\"") && text.contains("class=\"ceiling\""))
    #expect(try fidelity(lines + ["--json"]).output == json.output)
  }

  @Test("banks of one series are joined by a line, from the smallest")
  func series() throws {
    let labels = Self.banks.flatMap { ["--label", "all=\($0)"] }
    _ = try fidelity(Self.banks + Self.model + labels + ["--svg", "joined.svg"])
    let text = String(decoding: try Self.made.get().read("joined.svg"), as: UTF8.self)
    let points = try #require(text.firstMatch(of: /<polyline [^>]*points="([0-9.]+),[0-9.]+ ([0-9.]+),[0-9.]+"/))
    #expect(try #require(Double(points.1)) < #require(Double(points.2)))
  }

  @Test("arguments that give nothing to compare, and points that cannot be compared")
  func refused() throws {
    let workspace = try Self.made.get()
    expect(try run([]), Exit.usage, ["--from"])
    expect(try run(["bank"]), Exit.usage, ["--model"])
    expect(try run(["bank", "--label", "a=other"] + Self.model), Exit.usage, ["a=other"])
    expect(try run(["bank", "--label", "a"] + Self.model), Exit.usage, ["--label"])
    expect(try run(["bank", "--distractors", "65"] + Self.model), Exit.usage, ["--distractors"])
    expect(try run(["bank", "--svg", "items.jsonl"] + Self.model), Exit.usage, ["overwrite"])
    expect(try run(["bank", "smaller", "--distractors", "1"] + Self.model), Exit.usage, ["other references"])
    let fewer = try fidelity(["bank", "--model", "model.gguf", "--items", "fewer.jsonl", "--json"])
    try workspace.write(fewer.output, "fewer-line.jsonl")
    expect(try run(["bank", "--from", "fewer-line.jsonl"] + Self.model), Exit.usage, ["different items", "5", "6"])
  }

  @Test("files that are missing or of something else")
  func files() throws {
    expect(try run(["nowhere"] + Self.model), Exit.missing, ["nowhere"])
    expect(try run(["--from", "nowhere"]), Exit.missing, ["nowhere"])
    expect(try run(["bank", "--model", Model.tiny, "--items", "items.jsonl"]), Exit.badData, ["model_sha256"])
    expect(try run(["--from", "items.jsonl"]), Exit.badData, ["items.jsonl", "line 1", "bench"])
  }

  @Test(
    "a damaged line is named",
    arguments: [
      ("\"bytes_per_reference\":1024.0", "\"bytes_per_reference\":0", "bytes_per_reference"),
      ("\"recovered\":0.5", "\"recovered\":1e9", "recovered"), ("\"recovered\":0.5", "\"recovered\":null", "recovered"),
      ("[0.4,0.6]", "[0.6,0.4]", "recovered_ci"), ("[0.4,0.6]", "[0.4]", "recovered_ci"),
      ("\"A\":0.5", "\"A\":\"0.5\"", "recovered_tasks.A"), ("\"series\":\"s\"", "\"series\":3", "series"),
      ("\"items\":2", "\"items\":2.5", "items"), ("}}", "}", "JSON"),
    ])
  func damaged(_ old: String, _ new: String, _ mentioned: String) throws {
    let line =
      #"{"bench":"fidelity","bytes_per_reference":1024.0,"codec":"c","distractors":0,"items":2,"items_sum":"0","#
      + #""recovered":0.5,"recovered_ci":[0.4,0.6],"series":"s","recovered_tasks":{"A":0.5}}"# + "\n"
    let workspace = Workspace()
    try workspace.write(line, "good.jsonl")
    expect(try workspace.run(.bench, ["fidelity", "--from", "good.jsonl"]), Exit.ok)
    try #require(line.contains(old))
    try workspace.write(line + line.replacing(old, with: new), "bad.jsonl")
    expect(
      try workspace.run(.bench, ["fidelity", "--from", "bad.jsonl"]), Exit.badData,
      ["bad.jsonl", "line 2", mentioned])
  }

  private func run(_ arguments: [String]) throws -> ToolRun {
    try Self.made.get().run(.bench, ["fidelity"] + arguments)
  }

  private func fidelity(_ arguments: [String]) throws -> ToolRun { expect(try run(arguments), Exit.ok) }
}
