import M3Bytes
import M3Chunking
import M3Records
import M3Stage
import M3TextStage
import M3TestSupport
import Testing

/// Tasks of several inputs and of parts of one.
struct ChunkStageTests {
  private let workspace: ChunkWorkspace

  init() throws {
    workspace = try ChunkWorkspace()
  }

  private static func lines(_ count: Int, _ name: String) -> [UInt8] {
    Array((0..<count).map { #"{"text":"Line \#($0) of \#(name).","n":\#($0)}"# + "\n" }.joined().utf8)
  }

  @Test(arguments: [1, 2, 7])
  func theInputsOfATaskComeInTheirOrder(_ workers: Int) throws {
    let names = ["b.jsonl", "a.jsonl.zst", "c.txt", "d.json.lz4", "e.txt.gz", "f.ndjson.gz", "empty.jsonl"]
    var expected: [String] = []
    for name in names {
      let count = name == "empty.jsonl" ? 0 : name.contains(".txt") ? 1 : 100
      let bytes = name.contains(".txt") ? Array("The text of \(name).".utf8) : Self.lines(count, name)
      try Compressed.write(bytes, to: workspace.inputs.file(name))
      expected += (0..<count).map { name.contains(".txt") ? "\(name)#0" : "\(name):\($0 + 1)#0" }
    }
    var advanced = 0
    let result = try workspace.run(workspace.task(names), workers: workers) { advanced += $0 }
    #expect(result.outputs.map(\.name) == ["part-00000.jsonl.zst", "ids-00000.m3i"])
    #expect(try SHA256Digest.ofFile(workspace.output.file("part-00000.jsonl.zst")) == result.outputs[0].digest)
    #expect(result.account.input == 402)
    #expect(result.account.kept == 402)
    #expect(result.account.isBalanced)
    #expect(advanced == 402)
    #expect(try workspace.references().map(\.id) == expected)
  }

  @Test(arguments: [UInt64(1), 300, 5_000, 100_000])
  func theReferencesAreTheSameHoweverTheFilesAreDivided(_ taskBytes: UInt64) throws {
    for name in ["a.jsonl", "b.jsonl"] { try workspace.inputs.write(Self.lines(150, name), name) }
    for index in 0..<20 { try workspace.inputs.write(Array("Text \(index).".utf8), "t\(index).txt") }
    _ = try workspace.run(workspace.task(["a.jsonl", "b.jsonl"] + (0..<20).map { "t\($0).txt" }.sorted()))
    let whole = try workspace.references()
    #expect(whole.count == 320)

    let tasks = try workspace.tasks(taskBytes: taskBytes)
    #expect(taskBytes == 100_000 ? tasks.count == 1 : tasks.count > 2)
    var parts: [Reference] = []
    for task in tasks {
      _ = try workspace.run(task)
      parts += try workspace.references(task.number)
    }
    #expect(parts == whole)
  }

  @Test func anIDThatStandsTwiceInATask() throws {
    for name in ["a.jsonl", "b.jsonl"] {
      try workspace.inputs.write(Array(#"{"id":"x","text":"In \#(name)."}"#.utf8), name)
    }
    let error = #expect(throws: FormatError.self) { try workspace.run(workspace.task(["a.jsonl", "b.jsonl"])) }
    #expect(error == FormatError(.duplicate("document x"), field: "id", at: 0, line: 1, file: "b.jsonl"))
    for name in ["a.jsonl", "b.jsonl"] {
      #expect(try workspace.run(workspace.task([name])).account.kept == 1)
    }
  }

  @Test func textsOfNothingAreRejectedAndNotPutAside() throws {
    try workspace.inputs.write(Array(#"{"text":" \n"}"#.utf8), "a.jsonl")
    let result = try workspace.run(workspace.task(["a.jsonl"]), .quarantine)
    #expect(result.account.rejected == ["no_text": 1])
    #expect(try FilePaths.list(workspace.output.path) == ["ids-00000.m3i", "part-00000.jsonl.zst"])
  }

  @Test func anInputOfAnotherSizeThanPlanned() throws {
    try workspace.inputs.write(Self.lines(3, "a"), "a.jsonl")
    let task = try workspace.task(["a.jsonl"])
    try workspace.inputs.write(Self.lines(2, "a"), "a.jsonl")
    #expect(throws: FormatError.self) { try workspace.run(task) }
    #expect(try FilePaths.list(workspace.output.path).isEmpty)
  }

  @Test func noMoreBytesAreUnderWayThanTheLimitAndABatch() throws {
    let line = Array(#"{"text":""#.utf8) + [UInt8](repeating: 0x20, count: 9 << 20) + Array("\"}\n".utf8)
    try workspace.inputs.write([UInt8]([[UInt8]](repeating: line, count: 8).joined()), "long.jsonl")
    let batches = RecordBatches<Document>(try workspace.task(["long.jsonl"]).inputs, fields: DocumentFields())
    let first = try (0..<4).map { _ in try #require(try batches.next()) }
    #expect(first.allSatisfy { $0.entries.count == 1 && $0.byteCount == line.count - 1 })
    #expect(
      3 * (line.count - 1) < RecordBatches<Document>.memoryLimit
        && 4 * (line.count - 1) >= RecordBatches<Document>.memoryLimit)
    for _ in 0..<3 { #expect(try batches.next()?.entries.isEmpty == true) }
    batches.finish(byteCount: first[0].byteCount)
    #expect(try batches.next()?.entries.count == 1)
    #expect(try batches.next()?.entries.isEmpty == true)
    for batch in first { batches.finish(byteCount: batch.byteCount) }
    for _ in 0..<3 { #expect(try batches.next()?.entries.count == 1) }
    #expect(try batches.next() == nil)
  }

  /// Documents of more bytes than may be under way at once, longer than a batch each.
  @Test(arguments: [1, 3])
  func manyLongDocuments(_ workers: Int) throws {
    let writer = try ZstdWriter(path: workspace.inputs.file("long.jsonl.zst"))
    let line = Array(#"{"text":""#.utf8) + [UInt8](repeating: 0x20, count: 9 << 20) + Array("end.\"}\n".utf8)
    for _ in 0..<20 { try writer.write(line) }
    _ = try writer.commit()
    var advances: [Int] = []
    let result = try workspace.run(workspace.task(["long.jsonl.zst"]), workers: workers) { advances.append($0) }
    #expect(result.account.kept == 20)
    #expect(advances == [Int](repeating: 1, count: 20))
    #expect(try workspace.references().map(\.id) == (1...20).map { "long.jsonl.zst:\($0)#0" })
  }
}
