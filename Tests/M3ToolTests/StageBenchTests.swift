import M3Bytes
import M3JSON
import Testing

/// That stages are measured whole, on what they would read; how fast they were is not tested.
@Suite("m3-bench of stages")
struct StageBenchTests {
  @Test("encode: the stage and the model alone, with the settings of m3-encode")
  func encode() throws {
    let arguments = ["encode", "--model", Model.tiny, "--references", "references", "--rounds", "2", "--threads", "2"]
    let workspace = try SharedBank.workspace
    let spool = try FilePaths.size(workspace.file("memories/part-00000.spool.lz4"))
    let tokens = try workspace.json("memories/report.json")["totals"]?.objectValue?["tokens"]
    let lines = try bench(arguments)
    for line in lines {
      #expect(line["bench"] == "encode" && line["threads"] == 2)
      // What m3-encode made of these references with the same settings.
      #expect(line["spool_bytes"] == .integer(Int64(spool)))
      #expect(line["tokens"] == tokens)
      try expectPositive(line, ["tokens_per_cpu_second", "tokens_per_second", "bare_tokens_per_cpu_second"])
      try expectPositive(line, ["share_of_bare"])
    }
    let some = try bench(arguments + ["--count", "3", "--set", "layers=0", "--set", "rule=received"])
    for line in some {
      #expect(line["references"] == 3)
      #expect(line["settings"]?.objectValue?["rule"] == "received")
      #expect(try #require(line["spool_bytes"]?.integerValue) < spool / 2)
    }
  }

  @Test("encode: documents are read in the stage's windows")
  func encodeDocuments() throws {
    let lines = try bench([
      "encode", "--model", Model.tiny, "--references", "references", "--rounds", "2", "--set", "context=document",
      "--set", "document_tokens=128",
    ])
    #expect(lines.last?["settings"]?.objectValue?["context"] == "document")
  }

  @Test("json: lines of a file, and invented ones")
  func json() throws {
    let names = ["write_memory", "write_zstd", "read_plain", "read_zstd", "parse_values", "print_values"]
    let size = try lines(SharedBank.workspace, "references/part-00000.jsonl.zst").reduce(0) { $0 + $1.count + 1 }
    for line in try bench(["json", "--input", "references", "--rounds", "2"]) {
      #expect(line["bench"] == "json" && line["bytes"] == .integer(Int64(size)))
      try expectPositive(line, names.map { "\($0)_megabytes_per_cpu_second" })
    }
    for line in try bench(["json", "--count", "50", "--rounds", "2"]) { #expect(line["references"] == 50) }
  }

  @Test("shard: writing the bank that m3-shard writes, and reading it")
  func shard() throws {
    let bank = try expect(SharedBank.workspace.run(.read, ["info", "bank", "--json"]), Exit.ok).json()
    let arguments = ["shard", "--input", "memories", "--references", "references", "--rounds", "2"]
    for line in try bench(arguments) {
      #expect(line["bench"] == "shard" && line["codec"] == "int4")
      #expect(line["records"] == bank["records"] && line["records"] != nil)
      for name in ["write", "read_in_order", "read_at_random"] {
        try expectPositive(line, ["\(name)_megabytes_per_cpu_second", "\(name)_records_per_cpu_second"])
      }
    }
    for line in try bench(arguments + ["--set", "codec=bf16"]) { #expect(line["codec"] == "bf16") }
  }

  @Test("verify: all bytes at every level", arguments: ["quick", "full", "deep"])
  func verify(level: String) throws {
    let report = try expect(
      SharedBank.workspace.run(.verify, ["bank", "--level", level, "--json"]), Exit.ok
    ).json()
    for line in try bench(["verify", "bank", "--level", level, "--rounds", "2"]) {
      #expect(line["bench"] == "verify" && line["level"] == .string(level))
      #expect(line["bytes"] == report["bytes"] && line["records"] == report["records"])
      try expectPositive(line, ["megabytes_per_cpu_second", "megabytes_per_second"])
    }
  }

  @Test("what it cannot work with is refused, with the exit code")
  func refused() throws {
    let workspace = try SharedBank.copy(["references", "memories", "bank"])
    let encode = ["encode", "--model", Model.tiny, "--references"]
    let shard = ["shard", "--input", "memories", "--references"]
    expect(try workspace.run(.bench, encode + ["nowhere"]), Exit.missing, ["nowhere"])
    expect(try workspace.run(.bench, encode + ["references", "--count", "0"]), Exit.usage, ["--count"])
    expect(try workspace.run(.bench, encode + ["references", "--set", "rule=best"]), Exit.usage, ["encode.rule"])
    expect(try workspace.run(.bench, shard + ["nowhere"]), Exit.missing, ["nowhere"])
    expect(try workspace.run(.bench, shard + ["references", "--set", "codec=int9"]), Exit.usage, ["int9"])
    expect(try workspace.run(.bench, ["json", "--input", "nowhere"]), Exit.missing, ["nowhere"])
    expect(try workspace.run(.bench, ["verify", "nowhere"]), Exit.missing, ["nowhere"])
    let shards = try FilePaths.list(workspace.file("bank")).filter { $0.hasPrefix("shard-") }
    var bytes = try workspace.read("bank/\(try #require(shards.first))")
    bytes[bytes.count / 2] ^= 1
    try workspace.write(bytes, "bank/\(shards[0])")
    expect(try workspace.run(.bench, ["verify", "bank"]), Exit.badData, ["damaged"])
  }

  @Test("nothing is left behind")
  func scratch() throws {
    let workspace = try SharedBank.copy(["references", "memories"])
    try FilePaths.makeDirectory(workspace.file("scratch"))
    let environment = ["TMPDIR": try workspace.file("scratch")]
    let shard = ["shard", "--input", "memories", "--references", "references", "--rounds", "1"]
    let encode = ["encode", "--model", Model.tiny, "--references", "references", "--rounds", "1"]
    for arguments in [shard, encode, ["json", "--count", "10", "--rounds", "1"]] {
      expect(try workspace.run(.bench, arguments, environment: environment), Exit.ok)
    }
    #expect(try FilePaths.list(workspace.file("scratch")).isEmpty)
  }

  /// Lines of two rounds, and their median.
  private func bench(_ arguments: [String]) throws -> [JSONObject] {
    let lines = try expect(SharedBank.workspace.run(.bench, arguments), Exit.ok).jsonLines()
    #expect(lines.map { $0["round"]?.integerValue } == [0, 1, nil])
    return lines
  }

  private func expectPositive(_ line: JSONObject, _ names: [String]) throws {
    for name in names { #expect(try #require(line[name]?.doubleValue, "\(name)") > 0) }
  }
}
