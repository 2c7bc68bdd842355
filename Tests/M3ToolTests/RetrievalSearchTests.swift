import M3JSON
import M3TestSupport
import Testing

@Suite("m3-read search")
struct RetrievalSearchTests {
  @Test("the text of a reference finds this reference first", arguments: RetrievalBank.texts.map(\.1))
  func ownText(text: String) throws {
    let hits = try RetrievalBank.search(text, count: RetrievalBank.texts.count)
    let own = try #require(RetrievalBank.texts.first { $0.1 == text })
    #expect(hits.first?["id"] == .string("\(own.0)#0"))
    #expect(hits.first?["text"] == .string(text))
    // A vector of length 1 times itself, as float32 rounds it.
    #expect(abs(try similarity(hits[0]) - 1) < 1e-5)
    #expect(Set(hits.compactMap { $0["id"]?.stringValue }).count == RetrievalBank.texts.count)
  }

  @Test("the most similar first, with ids, places and texts of the bank")
  func order() throws {
    let hits = try RetrievalBank.search("water", count: 100)
    #expect(hits.count == RetrievalBank.texts.count)
    let similarities = try hits.map(similarity)
    #expect(similarities == similarities.sorted(by: >))
    for hit in hits {
      let place = Int(try #require(hit["index"]?.integerValue))
      #expect(hit["id"] == .string("\(RetrievalBank.texts[place].0)#0"))
      #expect(hit["text"] == .string(RetrievalBank.texts[place].1))
    }
  }

  @Test("--count bounds the lines, five without it; text has what JSON has")
  func count() throws {
    let all = try RetrievalBank.search("bread", count: 8)
    for count in [1, 3] { #expect(try RetrievalBank.search("bread", count: count) == Array(all.prefix(count))) }
    let run = expect(try search(["bank", "bread"]), Exit.ok)
    var rest = run.output[...]
    for hit in all.prefix(5) {
      for part in [try #require(hit["id"]?.stringValue), try #require(hit["text"]?.stringValue)] {
        let found = try #require(rest.firstRange(of: part), "\(run)")
        rest = rest[found.upperBound...]
      }
    }
    #expect(!rest.contains("#0"))
  }

  @Test("what it cannot work with is refused, with the exit code")
  func refused() throws {
    expect(try search(["bank", ""]), Exit.usage, ["text", "empty"])
    expect(try search(["nowhere", "a"]), Exit.missing, ["nowhere"])
    expect(try search(["bank", "a"], embedder: "nowhere"), Exit.missing, ["nowhere"])
    expect(try search(["bank", "a", "--count", "0"]), Exit.usage, ["--count"])
    expect(try RetrievalBank.workspace.run(.read, ["search", "bank", "a"]), Exit.usage, ["--embedder"])
  }

  @Test("a bank without an index")
  func noIndex() throws {
    let workspace = Workspace()
    try workspace.restore(RetrievalBank.workspace.snapshot("bank").filter { !$0.key.hasPrefix("index.") }, to: "bank")
    expect(try search(["bank", "a"], in: workspace), Exit.missing, ["bank: ", "m3-index"])
  }

  @Test("another embedder is refused, both named")
  func anotherEmbedder() throws {
    let workspace = try RetrievalBank.copy()
    let files = try RetrievalBank.embedderFiles()
    for folder in ["shorter", "changed"] { try workspace.restore(files, to: folder) }
    try workspace.write(#"{"max_seq_length": 20, "do_lower_case": false}"#, "shorter/sentence_bert_config.json")
    var weights = try workspace.read("changed/model.safetensors")
    weights[weights.count - 4] ^= 1
    try workspace.write(weights, "changed/model.safetensors")
    expect(
      try search(["bank", "a"], embedder: "shorter", in: workspace), Exit.badData,
      ["index.embedder", "at most 20 tokens", "vectors of", "at most 24 tokens"])
    let run = expect(
      try search(["bank", "a"], embedder: "changed", in: workspace), Exit.badData, ["index.embedder", "vectors of"])
    let made = try #require(workspace.json("bank/index.json")["embedder"]?.objectValue?["sha256"]?.stringValue)
    #expect(run.errors.contains("(\(made))"), "\(run)")
  }

  @Test("an index of another bank is refused, both roots named")
  func stale() throws {
    let workspace = try RetrievalBank.copy(RetrievalBank.smaller)
    for name in ["index.json", "index.faiss"] {
      try workspace.write(RetrievalBank.workspace.read("bank/\(name)"), "bank/\(name)")
    }
    let roots = try [workspace, RetrievalBank.workspace].map {
      try #require($0.run(.read, ["info", "bank", "--json"]).json()["root"]?.stringValue)
    }
    expect(try search(["bank", "a"], in: workspace), Exit.badData, ["index.json"] + roots)
  }

  @Test("a damaged index is refused before it is searched")
  func damaged() throws {
    let workspace = try RetrievalBank.copy()
    var bytes = try workspace.read("bank/index.faiss")
    bytes[bytes.count / 2] ^= 1
    try workspace.write(bytes, "bank/index.faiss")
    expect(try search(["bank", "a"], in: workspace), Exit.badData, ["index.faiss", "sha256"])
  }

  private func search(
    _ arguments: [String], embedder: String = RetrievalBank.embedder, in workspace: Workspace? = nil
  ) throws -> ToolRun {
    try (workspace ?? RetrievalBank.workspace).run(.read, ["search"] + arguments + ["--embedder", embedder])
  }

  private func similarity(_ hit: JSONObject) throws -> Double { try #require(hit["similarity"]?.doubleValue) }
}
