import M3JSON
import Testing

@Suite("Bad references within a document that is read as one")
struct DocumentQuarantineTests {
  private static let context = [
    "--set", "context=document", "--set", "document_tokens=128", "--set", "allocation=uniform",
  ]

  /// Lines of the references of one document, in several windows.
  private static let document = Result { () throws -> [String] in
    let workspace = Workspace()
    let text = Corpus.texts.joined(separator: " ")
    try workspace.write(Corpus.text([["id": "document", "text": .string(text + text)]]), "documents.jsonl")
    expect(try workspace.chunk(), Exit.ok)
    return try lines(workspace, "references/part-00000.jsonl.zst").map { String(decoding: $0, as: UTF8.self) }
  }

  private static func spool(_ lines: [String], _ more: [String] = []) throws -> (workspace: Workspace, bytes: [UInt8]) {
    let workspace = Workspace()
    try workspace.writeStream(Array(lines.map { $0 + "\n" }.joined().utf8), "references/part-00000.jsonl.zst")
    expect(try workspace.encode(context + more), Exit.ok)
    return (workspace, try workspace.read("memories/part-00000.spool.lz4"))
  }

  @Test("the others are read as if it had never been there", arguments: [0, 1, 3, 6], ["1", "3"])
  func oneMissing(_ index: Int, _ workers: String) throws {
    let lines = try Self.document.get()
    try #require(lines.count > 7)
    var bad = lines
    bad[index] = bad[index].replacing("\"token_count\":", with: "\"token_count\":1")
    var rest = lines
    rest.remove(at: index)
    let (workspace, found) = try Self.spool(bad, ["--on-bad-input", "quarantine", "--workers", workers])
    #expect(try found == Self.spool(rest).bytes)
    #expect(try found != Self.spool(Array(lines.dropLast())).bytes)

    let entry = try #require(try workspace.jsonLines(in: "memories", prefix: "quarantine-").first)
    #expect(entry["line"]?.integerValue == Int64(index + 1))
    #expect(try rawBytes(entry) == Array(bad[index].utf8))
    expect(try workspace.shard(), Exit.ok)
    let report = try workspace.json("bank.stage/report.json")
    try expectBalanced(report)
    #expect(try rejections(report) == ["no_memory": 1])
    #expect(try reportedCounts(workspace, ["memories", "bank"], stages: 2).last == Int64(rest.count))
    expect(try workspace.run(.verify, ["bank"]), Exit.ok)
  }

  @Test("fail: the reference is named, though others of its window were read before")
  func fail() throws {
    var lines = try Self.document.get()
    lines[2] = String(lines[2].dropLast())
    let workspace = Workspace()
    try workspace.writeStream(Array(lines.map { $0 + "\n" }.joined().utf8), "references/part-00000.jsonl.zst")
    expect(try workspace.encode(Self.context), Exit.badData, ["part-00000.jsonl.zst, line 3"])
    #expect(try workspace.snapshot("memories").keys.sorted() == ["plan.json"])
  }
}
