import M3JSON
import M3TestSupport
import Testing

@Suite("m3-read evaluate --retrieve")
struct RetrievalEvaluateTests {
  private static let retrieve = ["--retrieve", "--embedder", RetrievalBank.embedder]

  /// An item of each reference, of two tasks, whose context is the reference's own text.
  private static let items = RetrievalBank.texts.enumerated().map { index, document in
    item(document.0, task: index % 2 == 0 ? "A" : "B", context: document.1)
  }.joined()

  private static func item(_ id: String, task: String = "A", context: String, target: String = " So it is.") -> String {
    Corpus.text([
      [
        "id": .string("item-\(id)"), "reference_id": .string("\(id)#0"), "task": .string(task),
        "context": .string(context), "target": .string(target),
      ]
    ])
  }

  @Test("contexts that are references find them first, and read so many")
  func found() throws {
    for (count, more) in [(5, []), (1, ["--memories", "1"]), (8, ["--memories", "64"])] {
      let retrieval = try retrieval(evaluate(more))
      #expect(retrieval == Retrieval(foundFirst: 1, found: 1, meanRead: Double(count)))
    }
  }

  @Test("found is counted where the reference is read, found first where it is the nearest")
  func rates() throws {
    let context = "Bread and wine"
    let hits = try RetrievalBank.search(context, count: 8).compactMap { $0["id"]?.stringValue?.dropLast(2) }
    let items = hits.enumerated().map { Self.item("\($1)", context: context, target: " \($0)") }.joined()
    #expect(
      try retrieval(evaluate(["--memories", "3"], items)) == Retrieval(foundFirst: 0.125, found: 0.375, meanRead: 3))
  }

  @Test("one retrieved reference that is the item's own reads as the named one does, to the bit")
  func named() throws {
    let retrieved = try modes(evaluate(["--memories", "1"]))
    #expect(retrieved == (try modes(evaluate([], retrieving: false))))
    #expect(retrieved["memory"] != retrieved["none"] && retrieved["text"] != retrieved["none"])
  }

  @Test("where nothing passes the gate, nothing is read")
  func closedGate() throws {
    let closed = try evaluate(["--gate", "2"])
    #expect(try retrieval(closed) == Retrieval(foundFirst: 0, found: 0, meanRead: 0))
    let modes = try modes(closed)
    #expect(modes["text"] == modes["none"])
    #expect(modes["memory"] != modes["none"])
    // Neither how memories weigh nor what else the bank holds matters then; with memories both do.
    let scaled = ["--set", "logit_scale=3"]
    #expect(try self.modes(evaluate(["--gate", "2"] + scaled)) == modes)
    #expect(try self.modes(evaluate(["--gate", "2"], in: RetrievalBank.smaller)) == modes)
    let open = try self.modes(evaluate([]))
    #expect(try self.modes(evaluate(scaled))["memory"] != open["memory"])
    #expect(try self.modes(evaluate([], in: RetrievalBank.smaller))["memory"] != open["memory"])
  }

  @Test("--overlap-limit leaves out a reference that the question quotes, for the next one")
  func overlap() throws {
    let quoted = try evaluate(["--memories", "1", "--overlap-limit", "1"])
    #expect(try retrieval(quoted) == Retrieval(foundFirst: 0, found: 0, meanRead: 1))
    // Context and target together: half of a text is quoted by each.
    let (name, text) = RetrievalBank.texts[4]
    let half = text.index(text.startIndex, offsetBy: text.count / 2)
    let item = Self.item(name, context: String(text[..<half]), target: String(text[half...]))
    let limit = { (limit: String) in try retrieval(evaluate(["--overlap-limit", limit, "--memories", "8"], item)) }
    #expect(try retrieval(evaluate(["--memories", "8"], item)).found == 1)
    #expect(try limit("1") == Retrieval(foundFirst: 0, found: 0, meanRead: 7))
    #expect(try limit("0.01") == Retrieval(foundFirst: 0, found: 0, meanRead: 0))
  }

  @Test("any number of workers gives the same figures, and so do cold memories")
  func determinism() throws {
    let one = try evaluate(["--workers", "1"])
    #expect(try evaluate(["--workers", "2"]).output == one.output)
    #expect(try evaluate(["--cold"]).output == one.output)
    // Two workers meet at the same references, and at their files.
    #expect(try evaluate(["--cold", "--keep", "kept", "--workers", "2"]).output == one.output)
  }

  @Test("as text it says what was retrieved")
  func text() throws {
    try RetrievalBank.withItems(Self.items) { workspace in
      let run = expect(
        try RetrievalBank.read("evaluate", ["--items", "items.jsonl"] + Self.retrieve, in: workspace), Exit.ok)
      #expect(run.output.contains("first for 100.0 %"), "\(run)")
      #expect(run.output.contains("5.00 read"), "\(run)")
    }
  }

  @Test(
    "arguments that do not belong together",
    arguments: [
      ["--retrieve"], ["--embedder", RetrievalBank.embedder], ["--overlap-limit", "0.5"],
      retrieve + ["--distractors", "1"], retrieve + ["--overlap-limit", "0"], retrieve + ["--overlap-limit", "1.5"],
      retrieve + ["--keep", "kept"], retrieve + ["--gate", "3"], retrieve + ["--set", "gates=1"],
      retrieve + ["--modes", "some"],
    ])
  func refused(arguments: [String]) throws {
    try RetrievalBank.withItems(Self.items) { workspace in
      let run = try RetrievalBank.read("evaluate", ["--items", "items.jsonl"] + arguments, in: workspace)
      expect(run, Exit.usage)
      #expect(run.output.isEmpty)
    }
  }

  private func evaluate(
    _ more: [String], _ items: String = items, retrieving: Bool = true, in bank: Workspace? = nil
  ) throws -> ToolRun {
    try RetrievalBank.withItems(items, bank) { workspace in
      expect(
        try RetrievalBank.read(
          "evaluate", ["--items", "items.jsonl", "--json"] + (retrieving ? Self.retrieve : []) + more, in: workspace),
        Exit.ok)
    }
  }

  /// The modes' figures, of all items and by task.
  private func modes(_ run: ToolRun) throws -> JSONObject {
    let modes = try #require(run.json()["modes"]?.objectValue)
    for mode in ["none", "text", "memory"] { try #require(modes[mode] != nil, "\(run)") }
    return modes
  }

  private struct Retrieval: Equatable {
    var foundFirst: Double
    var found: Double
    var meanRead: Double
  }

  private func retrieval(_ run: ToolRun) throws -> Retrieval {
    let object = try #require(run.json()["retrieval"]?.objectValue, "\(run)")
    func number(_ key: String) throws -> Double { try #require(object[key]?.doubleValue, "\(run)") }
    return Retrieval(
      foundFirst: try number("found_first"), found: try number("found"), meanRead: try number("mean_read"))
  }
}
