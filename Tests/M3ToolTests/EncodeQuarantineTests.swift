import M3Bytes
import M3JSON
import Testing

@Suite("References of anyone's making, with bad ones among them")
struct EncodeQuarantineTests {
  private static func joined(_ lines: [[UInt8]]) -> [UInt8] { Array(lines.joined(separator: [0x0A])) + [0x0A] }

  @Test("fail: the line is named and nothing is left that looks finished", arguments: BadReferences.refusals)
  func fail(_ refusal: BadReferences.Refusal) throws {
    let workspace = Workspace()
    let bad = refusal.line(try BadReferences.victim)
    let content = Self.joined([Array(BadReferences.first.utf8), bad, Array(try BadReferences.good[2].utf8)])
    try workspace.writeStream(content, "references/one/part-00000.jsonl.zst")
    expect(try workspace.encode(), Exit.badData, ["one/part-00000.jsonl.zst, line 2", refusal.reason])
    #expect(try workspace.snapshot("memories").keys.sorted() == ["plan.json"])
    expect(try workspace.shard(), Exit.missing, ["task 0-of-1 has no marker"])
  }

  /// Two folders of parts: good and bad ones in turn, good ones alone, bad ones alone.
  private struct Mixture {
    var files: [String: [UInt8]] = [:]
    var clean: [String: [UInt8]] = [:]
    var entries: [BadCorpus.Entry] = []
    var goodCount = 0

    init() throws {
      let first = BadReferences.first
      let good = try Array(BadReferences.good)
      let bad = try BadReferences.badLines
      var mixed: [(kind: String?, line: [UInt8])] = [(nil, Array(first.utf8))]
      for (index, refused) in bad.enumerated() {
        mixed.append(refused)
        if index % 3 == 0 { mixed.append((nil, [])) }
        mixed.append((nil, Array(good[index].utf8)))
      }
      add("one/part-00000.jsonl.zst", mixed)
      add("two/part-00000.jsonl.zst", good[bad.count...].map { (nil, Array($0.utf8)) })
      add("two/part-00001.jsonl.zst", bad.filter { $0.0 != "duplicate_id" })
    }

    private mutating func add(_ name: String, _ lines: [(kind: String?, line: [UInt8])]) {
      var offset = 0
      for (index, (kind, line)) in lines.enumerated() {
        if let kind {
          entries.append(
            BadCorpus.Entry(file: name, line: Int64(index + 1), byteOffset: Int64(offset), kind: kind, raw: line))
        } else if !line.isEmpty {
          goodCount += 1
        }
        offset += line.count + 1
      }
      files[name] = EncodeQuarantineTests.joined(lines.map(\.line))
      clean[name] = lines.filter { $0.kind == nil && !$0.line.isEmpty }.flatMap { $0.line + [0x0A] }
    }
  }

  private static let quarantine = ["--on-bad-input", "quarantine"]

  @Test("quarantine: the rest is encoded and packed, and every record is accounted for", arguments: ["1", "3"])
  func putAside(_ workers: String) throws {
    let (workspace, mixture) = (Workspace(), try Mixture())
    for (name, bytes) in mixture.files { try workspace.writeStream(bytes, "references/\(name)") }
    expect(try workspace.encode(Self.quarantine + ["--workers", workers]), Exit.ok)
    let found = try workspace.jsonLines(in: "memories", prefix: "quarantine-").compactMap(BadCorpus.Entry.init)
    #expect(found.count == mixture.entries.count)
    for (found, expected) in zip(found, mixture.entries) { #expect(found == expected) }

    let encoded = try workspace.json("memories/report.json")
    try expectBalanced(encoded)
    #expect(encoded["kept"]?.integerValue == Int64(mixture.goodCount))
    var rejected: [String: Int64] = [:]
    for entry in mixture.entries { rejected[entry.kind, default: 0] += 1 }
    #expect(try rejections(encoded) == rejected)

    expect(try workspace.shard(["--workers", workers]), Exit.ok)
    let packed = try workspace.json("bank.stage/report.json")
    try expectBalanced(packed)
    #expect(try rejections(packed) == ["no_memory": Int64(mixture.entries.count)])
    #expect(packed["kept"] == encoded["kept"])
    #expect(packed["input"] == encoded["input"])
    let verified = try expect(workspace.run(.verify, ["bank", "--json"]), Exit.ok).json()
    #expect(verified["outcome"] == "intact")
    #expect(verified["records"] == encoded["kept"])
    let total = Int64(mixture.goodCount + mixture.entries.count)
    let counts = try reportedCounts(workspace, ["memories", "bank"], stages: 2)
    #expect(counts == [total, Int64(mixture.goodCount), Int64(mixture.goodCount)])

    // The memories are those of references among which there never was a bad one.
    let clean = Workspace()
    for (name, bytes) in mixture.clean { try clean.writeStream(bytes, "references/\(name)") }
    expect(try clean.encode(), Exit.ok)
    let memories = try clean.snapshot("memories").filter { $0.key.hasPrefix("part-") || $0.key.hasPrefix("survey-") }
    #expect(memories.count == 6)
    for (file, bytes) in memories { #expect(try workspace.read("memories/\(file)") == bytes, "\(file)") }
    expect(try clean.shard(), Exit.ok)
    for id in ["first#0", "good-0#0", "good-39#0"] {
      let get = ["get", "bank", id, "--json"]
      let (before, now) = (try clean.run(.read, get), try workspace.run(.read, get))
      #expect(try expect(now, Exit.ok).json()["text"] == expect(before, Exit.ok).json()["text"])
    }
  }

  @Test("an id and metadata of exactly the limits go the whole way")
  func limits() throws {
    let workspace = Workspace()
    let id = String(repeating: "\u{1}", count: 4_094)
    let metadata = "{\"m\":\"" + String(repeating: "m", count: (1 << 20) - 6 * 4_096 - 256 - 8) + "\"}"
    let line = try BadReferences.victim.replacing("\"metadata\":{}", with: "\"metadata\":\(metadata)")
      .replacing("victim", with: String(repeating: "\\u0001", count: 4_094))
    try workspace.writeStream(Array(line.utf8) + [0x0A], "references/part-00000.jsonl.zst")
    expect(try workspace.encode(), Exit.ok)
    expect(try workspace.shard(), Exit.ok)
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
    let record = try expect(workspace.run(.read, ["get", "bank", id + "#0", "--json"]), Exit.ok).json()
    #expect(record["source"]?.objectValue?["document_id"] == .string(id))
  }

  /// Its memory would be packed with the text that was refused, since memories find their references by id.
  @Test("an id whose first reference was refused does not come back")
  func refusedIDAgain() throws {
    let workspace = Workspace()
    let refused = try BadReferences.victim.replacing("\"text\":\"", with: "\"text\":\"Another text. ")
    let content = [BadReferences.first, refused, try BadReferences.victim].map { Array($0.utf8) }
    try workspace.writeStream(Self.joined(content), "references/part-00000.jsonl.zst")
    expect(try workspace.encode(Self.quarantine), Exit.ok)
    let report = try workspace.json("memories/report.json")
    #expect(try rejections(report) == ["duplicate_id": 1, "token_count_mismatch": 1])
    expect(try workspace.shard(), Exit.ok)
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
    expect(try workspace.run(.read, ["get", "bank", "first#0"]), Exit.ok)
    #expect(try workspace.run(.read, ["get", "bank", "victim#0"]).status != 0)
  }

  /// In one character and in two, an id is not the same: its bytes are other ones.
  @Test("ids that only look alike")
  func composedAndDecomposed() throws {
    let workspace = Workspace()
    let alike = try ["e\u{301}", "\u{E9}"].map { try BadReferences.victim.replacing("victim", with: $0) }
    // Its count of tokens is that of the other text.
    let refused = alike[0].replacing("\"text\":\"", with: "\"text\":\"Another text. ")
    try workspace.writeStream(
      Self.joined([refused, alike[1]].map { Array($0.utf8) }), "references/part-00000.jsonl.zst")
    expect(try workspace.encode(Self.quarantine), Exit.ok)
    #expect(try rejections(workspace.json("memories/report.json")) == ["token_count_mismatch": 1])
    expect(try workspace.shard(), Exit.ok)
    let record = try expect(workspace.run(.read, ["get", "bank", "\u{E9}#0", "--json"]), Exit.ok).json()
    let text = try JSONValue.parse(Array(alike[1].utf8)).objectValue?["text"]
    #expect(record["text"] == text)
  }

  @Test("nothing but bad references: an empty stage with books, and a bank of no record")
  func nothingLeft() throws {
    let workspace = Workspace()
    let bad = Self.joined(try BadReferences.badLines.dropLast().map(\.line))
    try workspace.writeStream(bad, "references/part-00000.jsonl.zst")
    expect(try workspace.encode(Self.quarantine), Exit.ok)
    try expectBalanced(workspace.json("memories/report.json"))
    expect(try workspace.shard(), Exit.ok)
    try expectBalanced(workspace.json("bank.stage/report.json"))
    let verified = try expect(workspace.run(.verify, ["bank", "--json"]), Exit.ok).json()
    #expect(verified["records"] == 0)
  }

  @Test("a damaged stream of references ends the run under both policies", arguments: ["fail", "quarantine"])
  func damagedStream(_ policy: String) throws {
    let workspace = Workspace()
    let content = Self.joined(try BadReferences.good.map { Array($0.utf8) })
    try workspace.writeStream(content, "references/part-00000.jsonl.zst")
    try workspace.write(
      try workspace.read("references/part-00000.jsonl.zst").dropLast(3), "references/part-00000.jsonl.zst")
    expect(try workspace.encode(["--on-bad-input", policy]), Exit.badData, ["part-00000.jsonl.zst"])
    #expect(try workspace.snapshot("memories").keys.sorted() == ["plan.json"])
  }
}
