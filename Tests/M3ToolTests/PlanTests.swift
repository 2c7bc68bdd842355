import M3JSON
import Testing

@Suite("m3-plan")
struct PlanTests {
  @Test("the paper's figures, by the preset and by its numbers")
  func paper() throws {
    let preset = try plan(["--shape", "paper"])
    #expect(preset.output == (try plan(["--shape", "44,40,8,80,3200,60416", "--references", "112000000"])).output)
    for text in [
      " 450,560 ", " 39,424 ", " 7.17 PB ", " 45.9 TB ", " 4.02 TB ", " 160 x ", " 1,830 x ", " 2.24\n",
      " 0.308 + 0.000144 n\n", " 0.624 n\n", "0.494 < n < 13,400.\n",
    ] {
      #expect(preset.output.contains(text), "\(text) in \(preset)")
    }
  }

  @Test("JSON of the paper's shape, with uses")
  func json() throws {
    let object = try plan(["--shape", "paper", "--references", "1000", "--uses", "0", "--json"]).json()
    let codecs = try #require(object["codecs"]?.arrayValue).compactMap(\.objectValue)
    let bytes = codecs.map { $0["vector_bytes_per_reference"]?.integerValue }
    #expect(bytes.contains(72_089_600) && bytes.contains(450_560) && bytes.contains(39_424))
    #expect(codecs.contains { $0["bank_bytes"] == 8_192_000 })
    #expect(object["flops"]?.objectValue?["write_explicit"] == 308_176_486_400)
    #expect(object["uses"]?.objectValue?["cheapest"] == "text")
  }

  @Test("a model file gives its shape, and flags the recipe")
  func model() throws {
    let object = try plan(
      [
        "--model", Model.tiny, "--references", "10", "--memory-layers", "1", "--tokens-per-head", "2",
        "--reference-tokens", "32", "--chunk-tokens", "16", "--training-tokens", "64", "--vector-bytes", "3",
        "--text-bytes", "100", "--json",
      ]
    ).json()
    let shape = try #require(object["shape"]?.objectValue)
    let numbers = [
      "layers", "query_heads", "key_value_heads", "head_dimension", "feed_forward_size", "vocabulary",
    ].compactMap { shape[$0]?.integerValue.map { "\($0)" } }
    #expect(numbers.count == 6)
    let hidden = try #require(shape["hidden_size"]?.integerValue)
    let same = try plan(
      [
        "--shape", numbers.joined(separator: ","), "--hidden-size", "\(hidden)", "--references", "10",
        "--memory-layers", "1", "--tokens-per-head", "2", "--reference-tokens", "32", "--chunk-tokens", "16",
        "--training-tokens", "64", "--vector-bytes", "3", "--text-bytes", "100", "--json",
      ]
    ).json()
    #expect(object == same)
    #expect(
      object["memory"] == [
        "layers": 1, "tokens_per_head": 2, "reference_tokens": 32, "chunk_tokens": 16, "training_tokens": 64,
        "vector_bytes": 3, "text_bytes": 100,
      ])
    #expect(object["text_bytes"] == 1000)
  }

  @Test(
    "what makes no plan is a usage error that names it",
    arguments: [
      (["--references", "1"], "--model"), (["--model", "m", "--shape", "paper"], "--model"),
      (["--shape", "1,1,1,1,1,1"], "--references"), (["--shape", "1,1,1,1,1", "--references", "1"], "--shape"),
      (["--shape", "1,1,1,1,1,x", "--references", "1"], "--shape"),
      (["--shape", "papers", "--references", "1"], "--shape"),
      (["--shape", "paper", "--hidden-size", "1"], "--hidden-size"), (["--shape", "paper", "--uses", "-1"], "--uses"),
      (["--shape", "2,3,2,1,1,1", "--references", "1"], "key-value heads"),
      (["--shape", "2,0,2,1,1,1", "--references", "1"], "query heads"),
      (["--shape", "paper", "--references", "0"], "references"),
      (["--shape", "paper", "--references", "9223372036854775807"], "more than"),
      (["--shape", "9223372036854775807,1,1,1,1,1", "--references", "1"], "more than"),
      (["--shape", "paper", "--references", "9223372036854775808"], "--references"),
      (["--shape", "paper", "--memory-layers", "45"], "memory layers"),
      (["--shape", "paper", "--tokens-per-head", "129"], "tokens a head"),
      (["--shape", "paper", "--reference-tokens", "65536"], "reference tokens"),
      (["--shape", "paper", "--chunk-tokens", "9223372036854775807"], "more than"),
    ])
  func refused(_ arguments: [String], _ mentioned: String) throws {
    let run = try SharedBank.workspace.run(.plan, arguments)
    expect(run, Exit.usage, [mentioned])
    #expect(run.output.isEmpty)
  }

  @Test("a model that is missing, and one that is none")
  func files() throws {
    expect(try SharedBank.workspace.run(.plan, ["--model", "nowhere", "--references", "1"]), Exit.missing, ["nowhere"])
    let other = ["--model", "documents.jsonl", "--references", "1"]
    expect(try SharedBank.workspace.run(.plan, other), Exit.badData, ["documents.jsonl"])
  }

  private func plan(_ arguments: [String]) throws -> ToolRun {
    expect(try SharedBank.workspace.run(.plan, arguments), Exit.ok)
  }
}
