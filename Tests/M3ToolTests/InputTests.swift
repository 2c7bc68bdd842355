import Glibc
import M3Bytes
import M3JSON
import M3Streams
import Testing

@Suite("Files of documents")
struct InputTests {
  private static let line = #"{"id":"a","text":"A river is water."}"# + "\n"

  @Test("every kind of file, mixed in a folder")
  func mixedFolder() throws {
    let workspace = Workspace()
    func line(_ id: String) -> [UInt8] { Array(#"{"id":"\#(id)","text":"Text of \#(id)."}"#.utf8) + [0x0A] }
    try workspace.write(line("plain"), "documents/a.jsonl")
    try workspace.write(Gzip.bytes(line("gzip")), "documents/b.jsonl.gz")
    let zstd = try ZstdWriter(path: workspace.file("documents/c.jsonl.zst"))
    try zstd.write(line("zstd"))
    _ = try zstd.commit()
    try FilePaths.makeDirectory(workspace.file("documents/deep"))
    let lz4 = try LZ4Writer(path: workspace.file("documents/deep/d.ndjson.lz4"))
    try lz4.write(line("lz4"))
    _ = try lz4.commit()
    try workspace.write("A document that is a file.", "documents/e.txt")
    try workspace.write(Gzip.bytes(Array("Another one.".utf8)), "documents/f.txt.gz")
    try workspace.write("not read", "documents/.hidden")

    expect(try workspace.chunk(input: ["documents"]), Exit.ok, ["6 of 6 documents kept"])
    #expect(
      try references(workspace).map(\.id) == ["plain#0", "gzip#0", "zstd#0", "lz4#0", "e.txt#0", "f.txt.gz#0"])
  }

  private func references(_ workspace: Workspace) throws -> [(id: String, text: String)] {
    var found: [(id: String, text: String)] = []
    for file in try workspace.snapshot("references").keys.sorted() where file.hasPrefix("part-") {
      for object in try jsonLines(workspace, "references/\(file)") {
        found.append((try #require(object["id"]?.stringValue), try #require(object["text"]?.stringValue)))
      }
    }
    return found
  }

  static let archives = ["gz", "zst", "lz4"]

  @Test("an archive that was cut is refused by name", arguments: archives, [1, 4, 5, 20])
  func truncated(_ kind: String, _ cut: Int) throws {
    let workspace = Workspace()
    let name = "documents.jsonl.\(kind)"
    let content = Array(Corpus.lines.utf8)
    switch kind {
    case "gz":
      try workspace.write(Gzip.bytes(content), name)
    case "zst":
      let writer = try ZstdWriter(path: workspace.file(name))
      try writer.write(content)
      _ = try writer.commit()
    default:
      let writer = try LZ4Writer(path: workspace.file(name))
      try writer.write(content)
      _ = try writer.commit()
    }
    try workspace.write(Array(try workspace.read(name).dropLast(cut)), name)
    for policy in ["fail", "quarantine"] {
      expect(try workspace.chunk(["--on-bad-input", policy], input: [name], to: policy), Exit.badData, [name])
      #expect(try FilePaths.kind(workspace.file("\(policy)/_done/0-of-1.json")) == nil)
    }
  }

  @Test(
    "a name that lies about its bytes", arguments: [("a.jsonl.gz", line), ("a.jsonl.zst", line), ("a.jsonl.lz4", line)])
  func wrongEnding(_ name: String, _ text: String) throws {
    let workspace = Workspace()
    try workspace.write(text, name)
    expect(try workspace.chunk(input: [name]), Exit.badData, [name])
  }

  @Test("a byte order mark, CR LF, empty lines and a missing last line end are fine")
  func lenient() throws {
    let workspace = Workspace()
    let text = "\u{FEFF}" + #"{"id":"a","text":"One."}"# + "\r\n\r\n\n" + #"{"id":"b","text":"Two."}"#
    try workspace.write(text, "documents.jsonl")
    expect(try workspace.chunk(), Exit.ok, ["2 of 2 documents kept"])
    #expect(try references(workspace).map(\.text) == ["One.", "Two."])
  }

  @Test("fields by other names, and the title before each reference")
  func fields() throws {
    let workspace = Workspace()
    try workspace.write(#"{"key":7,"body":"Water.","name":"River","text":"kept"}"# + "\n", "documents.jsonl")
    try workspace.write("chunk:\n  text_field: body\n  id_field: key\n  title_field: name\n", "pipeline.yaml")
    expect(try workspace.chunk(["--config", "pipeline.yaml", "--with-token-ids"]), Exit.ok)
    let object = try #require(jsonLines(workspace, "references/part-00000.jsonl.zst").first)
    #expect(object["id"] == "7#0")
    #expect(object["text"] == "River: Water.")
    #expect(object["metadata"] == ["name": "River", "text": "kept"])
    #expect(object["token_ids"]?.arrayValue?.count == object["token_count"]?.integerValue.map { Int($0) })
  }
}
