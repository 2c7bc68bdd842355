import M3Bytes
import M3Records
import M3TestSupport
import Testing

struct InputFilesTests {
  private let folder = TemporaryFolder()

  private func names(_ paths: String...) throws -> [String] {
    try InputFiles.resolve(paths.map { "\(folder.path)/\($0)" }).map(\.name)
  }

  private func problem(_ paths: String...) -> FormatError.Problem? {
    do { _ = try InputFiles.resolve(paths.map { "\(folder.path)/\($0)" }) } catch {
      return (error as? FormatError)?.problem
    }
    return nil
  }

  @Test func aFolderIsSearchedToAllDepths() throws {
    for name in ["in/b.jsonl", "in/a/z.txt", "in/a.ndjson", "in/Z.json.gz", "in/a/b/c.txt.zst", "in/é.jsonl.lz4"] {
      try folder.file(name, "x")
    }
    for name in ["in/.hidden.jsonl", "in/_SUCCESS", "in/_logs/x.jsonl", "in/.git/x.txt", "in/.b.jsonl.tmp"] {
      try folder.file(name, "x")
    }
    let expected = ["Z.json.gz", "a.ndjson", "a/b/c.txt.zst", "a/z.txt", "b.jsonl", "é.jsonl.lz4"]
    #expect(try names("in") == expected)
    #expect(try names("in/") == expected)
    let files = try InputFiles.resolve(["\(folder.path)/in"])
    #expect(files.map(\.format) == [.jsonLines, .jsonLines, .plainText, .plainText, .jsonLines, .jsonLines])
    #expect(files.allSatisfy { $0.byteCount == 1 && $0.path == "\(folder.path)/in/\($0.name)" })
  }

  /// Every ending, plain and compressed, at every depth; the order is that of the names, however they were made.
  @Test(arguments: [UInt64(1), 2, 3])
  func aMixedFolder(_ seed: UInt64) throws {
    var names: [String] = []
    for ending in ["jsonl", "ndjson", "json", "txt"] {
      for compression in ["", ".gz", ".zst", ".lz4"] {
        for place in ["", "b/", "b/a/", "b.c/", "a/deep/er/"] { names.append("\(place)x.\(ending)\(compression)") }
      }
    }
    var randomness = Randomness(seed: seed)
    for name in names.shuffled(using: &randomness) { try folder.file("in/\(name)", "x") }
    let files = try InputFiles.resolve(["\(folder.path)/in"])
    #expect(files.map(\.name) == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(files.allSatisfy { $0.format == ($0.name.contains(".txt") ? .plainText : .jsonLines) })
  }

  @Test func severalPaths() throws {
    for name in ["b/1.jsonl", "a/1.jsonl", "a/2.jsonl", "c.txt"] { try folder.file(name, "x") }
    #expect(try names("c.txt") == ["c.txt"])
    #expect(try names("b", "c.txt", "a/") == ["a/1.jsonl", "a/2.jsonl", "b/1.jsonl", "c.txt"])
    #expect(try names("a/2.jsonl", "b/1.jsonl") == ["1.jsonl", "2.jsonl"])
  }

  @Test func ofAStagesFolderOnlyItsPartsCount() throws {
    for name in [
      "part-00001.jsonl.zst", "part-00000.jsonl.zst", "report.json", "clusters.jsonl.zst", "plan", "deep/x.jsonl",
    ] {
      try folder.file("stage/\(name)", "x")
    }
    #expect(try names("stage") == ["part-00000.jsonl.zst", "part-00001.jsonl.zst"])
  }

  @Test func whatIsRefused() throws {
    try folder.file("loop/in/a.jsonl", "x")
    try folder.file("same/a.jsonl", "x")
    try folder.file("bad/a.jsonl", "x")
    try folder.file("bad/notes.md", "x")
    try folder.file("empty/.hidden", "x")
    folder.link("loop/in/back", to: "..")
    folder.link("same/again.jsonl", to: "a.jsonl")
    folder.link("dangling", to: "nowhere")
    #expect(problem("absent") == .missing("file or folder"))
    #expect(problem("dangling") == .missing("file or folder"))
    #expect(problem("empty") == .missing("input files"))
    #expect(problem() == .missing("input files"))
    guard case .unsupported = problem("bad") else { Issue.record("an unknown ending was passed over"); return }
    guard case .unsupported = problem("bad/notes.md") else { Issue.record("an unknown ending was read"); return }
    for paths in [["loop"], ["same"], ["bad/a.jsonl", "bad/a.jsonl"], ["bad/a.jsonl", "same/a.jsonl"]] {
      do {
        _ = try InputFiles.resolve(paths.map { "\(folder.path)/\($0)" })
        Issue.record("\(paths) were accepted")
      } catch let error as FormatError {
        guard case .duplicate = error.problem else { Issue.record(error); continue }
      }
    }
  }

  @Test func theFilesNameIsTheOneOfTheFileThatIsRefused() throws {
    let path = try folder.file("bad/deep/notes.md", "x")
    let error = #expect(throws: FormatError.self) { try InputFiles.resolve(["\(folder.path)/bad"]) }
    #expect(error?.file == path)
  }
}
