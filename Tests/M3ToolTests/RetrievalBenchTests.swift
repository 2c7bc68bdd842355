import M3JSON
import M3TestSupport
import Testing

/// That the measurements run and say what they measured; how fast it was is not tested.
@Suite("m3-bench")
struct RetrievalBenchTests {
  private static let small = ["--prompt-tokens", "8", "--tokens", "6", "--prompts", "2", "--rounds", "3"]

  @Test("decode without a bank: a line a run, and the median last")
  func decode() throws {
    let lines = try bench(["decode", "--model", "model.gguf"] + Self.small)
    #expect(lines.count == 2 * 3 + 1)
    #expect(lines.map { $0["round"]?.integerValue } == [0, 0, 1, 1, 2, 2, nil])
    for line in lines {
      #expect(line["bench"] == "decode" && line["way"] == "none" && line["threads"] == 1)
      #expect(line["tokens"] == 6 && line["prompt_tokens"] == 8)
      try expectRates(line)
      #expect(line["memory_to_none"] == nil && line["memories"] == nil)
    }
  }

  @Test("decode with a bank: three ways by turns, and their ratios last")
  func ways() throws {
    let lines = try bench(
      ["decode", "--model", "model.gguf", "--bank", "bank", "--embedder", RetrievalBank.embedder, "--threads", "2"]
        + ["--set", "chunk_tokens=4", "--memories", "3"] + Self.small)
    #expect(lines.count == 3 * 2 * 3 + 3)
    for way in ["none", "memory", "text"] {
      let own = lines.filter { $0["way"] == .string(way) }
      #expect(own.count == 7 && own.last?["round"] == nil)
      for line in own {
        try expectRates(line)
        #expect(line["tokens"] == 6 && line["threads"] == 2)
        // Each whole chunk of the prompt retrieves, and so does the first of the generated ones.
        #expect(line["memories"] == (way == "memory" ? 9 : nil))
        let promptCount = try #require(line["prompt_tokens"]?.integerValue)
        #expect(way == "text" ? promptCount > 8 : promptCount == 8)
      }
    }
    let last = try #require(lines.last)
    for name in ["memory_to_none", "text_to_none", "memory_to_text"] {
      for ratio in ["decoding", "end_to_end", "end_to_end_per_cpu"] {
        #expect(try #require(last[name]?.objectValue?[ratio]?.doubleValue, "\(name).\(ratio)") > 0)
      }
    }
  }

  @Test("read: a line a round, and one of all, with the total and its steps")
  func read() throws {
    let lines = try bench(["read", "bank", "--count", "3", "--sets", "4", "--rounds", "2", "--threads", "2"])
    #expect(lines.map { $0["round"]?.integerValue } == [0, 1, nil])
    for line in lines {
      #expect(line["bench"] == "read" && line["count"] == 3 && line["sets"] == 4 && line["threads"] == 2)
      #expect(line["codec"] == "int4")
      for name in ["total_us", "read_us", "verify_us", "decompress_us", "decode_us"] {
        let times = try #require(line[name]?.objectValue, "\(name)")
        let median = try #require(times["median"]?.doubleValue)
        #expect(try #require(times["p99"]?.doubleValue) >= median && median >= 0)
      }
      #expect(try #require(line["frame_bytes"]?.integerValue) > 0)
      #expect(try #require(line["element_bytes"]?.integerValue) > 0)
    }
  }

  @Test("sets are drawn by the seed")
  func seed() throws {
    func drawn(_ seed: Int) throws -> JSONValue? {
      try bench(["read", "bank", "--count", "2", "--sets", "3", "--rounds", "1", "--seed", "\(seed)"])[0]["frame_bytes"]
    }
    let sizes = try (0..<6).map(drawn)
    #expect(try drawn(0) == sizes[0])
    #expect(sizes.contains { $0 != sizes[0] })
  }

  @Test("what it cannot work with is refused, with the exit code")
  func refused() throws {
    let decode = ["decode", "--model", "model.gguf"]
    expect(try run(decode + ["--bank", "bank"]), Exit.usage, ["--bank", "--embedder"])
    expect(try run(decode + ["--embedder", RetrievalBank.embedder]), Exit.usage, ["--bank", "--embedder"])
    expect(try run(decode + ["--tokens", "0"]), Exit.usage, ["--tokens"])
    expect(try run(["decode", "--model", "nowhere"]), Exit.missing, ["nowhere"])
    let whole = ["--bank", "bank", "--embedder", RetrievalBank.embedder]
    expect(try run(["decode", "--model", Model.tiny] + whole), Exit.badData, ["model_sha256"])
    expect(try run(decode + ["--prompt-tokens", "512"]), Exit.badData, ["512"])
    expect(try run(["read", "bank", "--count", "9"]), Exit.usage, ["--count", "8"])
    expect(try run(["read", "nowhere"]), Exit.missing, ["nowhere"])
  }

  private func run(_ arguments: [String]) throws -> ToolRun { try RetrievalBank.workspace.run(.bench, arguments) }

  private func bench(_ arguments: [String]) throws -> [JSONObject] { try expect(run(arguments), Exit.ok).jsonLines() }

  private func expectRates(_ line: JSONObject) throws {
    let whole = try #require(line["end_to_end"]?.objectValue)
    for object in [line, whole] {
      for name in ["tokens_per_second", "tokens_per_cpu_second"] {
        #expect(try #require(object[name]?.doubleValue) > 0)
      }
    }
  }
}
