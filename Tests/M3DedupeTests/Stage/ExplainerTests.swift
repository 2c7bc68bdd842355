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
    #expect(near.texts["a"] == words.joined(separator: " "))
    #expect(near.texts["b"] == words.dropLast(2).joined(separator: " "))
    #expect(near.json.objectValue?["outcome"] == "near_duplicate")

    let kept = try #require(try explainer.explanation(of: "a"))
    #expect(kept.isKept && kept.droppedCount == 2 && kept.entry == nil)
    #expect(kept.json.objectValue?["outcome"] == "kept")

    let alone = try #require(try explainer.explanation(of: "c"))
    #expect(alone.isKept && alone.droppedCount == 0)
    #expect(alone.texts == ["c": "quite another text"])

    let exact = try #require(try explainer.explanation(of: "d"))
    #expect(exact.json.objectValue?["outcome"] == "exact_duplicate")
    // Without the input only what was kept can be shown.
    #expect(exact.texts.keys.sorted() == ["a"])
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

  @Test func refusesAnotherFolder() throws {
    let folder = try folder()
    #expect(throws: StageError.self) { try Explainer(folder: folder.folder.path) }
    let stage = try folder.stage().runAll()
    #expect(throws: (any Error).self) { try Explainer(folder: stage.folder(.signatures).path) }
  }
}
