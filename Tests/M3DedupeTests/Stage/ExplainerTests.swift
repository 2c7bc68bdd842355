import M3Bytes
import M3Dedupe
import M3JSON
import M3Records
import M3Stage
import M3TestSupport
import Testing

struct ExplainerTests {
  private let words = (0..<60).map { "word\($0)" }

  private func folder() throws -> DedupeFolder {
    let text = words.joined(separator: " ")
    let near = words.dropLast(2).joined(separator: " ")
    return try DedupeFolder().add([("a", text), ("b", near), ("c", "quite another text")]).add([("d", text)])
  }

  @Test func saysWhatBecameOfEachText() throws {
    let folder = try folder()
    try folder.stage().runAll()
    let explainer = try Explainer(folder: folder.output)
    let input = try InputFiles.resolve([folder.folder.file("in")])

    let near = try #require(try explainer.explanation(of: "b", inputs: input))
    #expect(near.kept == "a" && !near.isKept && near.droppedCount == 2)
    #expect(near.dropped.map(\.id) == ["b", "d"])
    #expect(near.entry?.isExact == false)
    #expect(near.keptText == words.joined(separator: " "))
    #expect(near.droppedText == words.dropLast(2).joined(separator: " "))
    #expect(near.json.objectValue?["outcome"] == "near_duplicate")

    let kept = try #require(try explainer.explanation(of: "a"))
    #expect(kept.isKept && kept.droppedCount == 2 && kept.entry == nil)
    #expect(kept.json.objectValue?["outcome"] == "kept")

    let alone = try #require(try explainer.explanation(of: "c"))
    #expect(alone.isKept && alone.droppedCount == 0)
    #expect(alone.keptText == "quite another text")

    let exact = try #require(try explainer.explanation(of: "d"))
    #expect(exact.json.objectValue?["outcome"] == "exact_duplicate")
    // Without the input only what was kept can be shown.
    #expect(exact.keptText == words.joined(separator: " ") && exact.droppedText == nil)
    #expect(try explainer.explanation(of: "e", inputs: input) == nil)
  }

  @Test func aClusterOfSeveralLinesIsOne() throws {
    let text = words.joined(separator: " ")
    let folder = try DedupeFolder().add((0..<9_000).map { ("t\($0)", text) })
    try folder.stage().runAll()
    #expect(try folder.lines { $0 == "clusters.jsonl.zst" }.count == 3)
    let last = try #require(try Explainer(folder: folder.output).explanation(of: "t8999"))
    #expect(last.kept == "t0" && last.droppedCount == 8_999 && last.entry?.isExact == true)
    #expect(last.dropped.count == TextExplanation.memberLimit + 1)
  }

  @Test func onlyWhatTheOutputHasWasKept() throws {
    let text = words.joined(separator: " ")
    let folder = try DedupeFolder().add(bytes: Array("{\"id\":\"a\",\"text\":\"\(text)\"}\n{\"id\":\"bad\"}\n".utf8))
    try folder.stage(badInput: .quarantine).runAll()
    // Files that came later, or were mended since.
    try folder.add([("new", "a text that was not in the run"), ("bad", "mended"), ("a", "another text")], name: "new")
    let path = folder.folder.file("in/new")
    let input = [InputFile(path: path, name: "new.jsonl", format: .jsonLines, byteCount: try FilePaths.size(path))]
    let explainer = try Explainer(folder: folder.output)
    #expect(try explainer.explanation(of: "new", inputs: input) == nil)
    #expect(try explainer.explanation(of: "bad", inputs: input) == nil)
    #expect(try explainer.explanation(of: "a", inputs: input)?.keptText == text)
  }

  @Test func idsAreToldApartByTheirBytes() throws {
    let (composed, decomposed) = ("\u{E9}", "e\u{301}")
    let text = words.joined(separator: " ")
    let folder = try DedupeFolder().add([(composed, text), ("c", "quite another text"), (decomposed, text)])
    try folder.stage().runAll()
    let explainer = try Explainer(folder: folder.output)
    let input = try InputFiles.resolve([folder.folder.file("in")])
    let kept = try #require(try explainer.explanation(of: composed, inputs: input))
    #expect(kept.isKept)
    let dropped = try #require(try explainer.explanation(of: decomposed, inputs: input))
    #expect(!dropped.isKept && dropped.entry?.isExact == true && dropped.droppedText == text)
    #expect(dropped.json.objectValue?["texts"]?.objectValue?.members.count == 2)

    let alone = try DedupeFolder().add([(composed, "one text alone")])
    try alone.stage().runAll()
    #expect(try Explainer(folder: alone.output).explanation(of: decomposed) == nil)
  }

  @Test func damageIsAnError() throws {
    // Clusters behind the first one: the checksum stands behind them.
    let others = (0..<3).flatMap { [("e\($0)", "the other text \($0)"), ("f\($0)", "the other text \($0)")] }
    let folder = try folder().add(others)
    try folder.stage().runAll()
    let explainer = try Explainer(folder: folder.output)
    let path = FilePaths.join(folder.output, "clusters.jsonl.zst")
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 20)
    for count in bytes.indices {
      try AtomicFile.write(Array(bytes[..<count]), to: path)
      // Of a text that is kept alone the clusters say nothing, whatever they are.
      for id in ["a", "c"] { #expect(throws: FormatError.self) { try explainer.explanation(of: id) } }
    }
    // The checksum's bytes.
    for place in bytes.indices.suffix(4) {
      var damaged = bytes
      damaged[place] ^= 1
      try AtomicFile.write(damaged, to: path)
      #expect(throws: FormatError.self) { try explainer.explanation(of: "a") }
    }
    let halfLine = try ZstdWriter(path: path)
    try halfLine.write(Array(#"{"kept":"a","dropped":[{"id":"b"}]}"#.utf8))
    _ = try halfLine.commit()
    #expect(throws: FormatError.self) { try explainer.explanation(of: "a") }
    try AtomicFile.write(bytes, to: path)
    try FilePaths.remove(FilePaths.join(folder.output, "part-00000.jsonl.zst"))
    #expect(throws: FormatError.self) { try explainer.explanation(of: "b") }
  }

  @Test func refusesAnotherFolder() throws {
    let folder = try folder()
    #expect(throws: StageError.self) { try Explainer(folder: folder.folder.path) }
    let stage = try folder.stage().runAll()
    #expect(throws: (any Error).self) { try Explainer(folder: stage.folder(.signatures).path) }
  }
}
