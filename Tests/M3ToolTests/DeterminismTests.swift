import Glibc
import M3Bytes
import M3TestSupport
import Testing

@Suite("The same input and settings give the same bytes")
struct DeterminismTests {
  private static let folders = ["references", "memories", "codes", "bank", "bank.stage"]

  /// Runs all stages over several files.
  private static func made(
    workers: String, environment: [String: String] = [:], absolute: Bool = false, reversed: Bool = false
  ) throws -> [String: [String: [UInt8]]] {
    let workspace = Workspace()
    let files = Corpus.files(3, documents: 40)
    for file in reversed ? files.reversed() : files { try workspace.write(file.text, "documents/\(file.name)") }
    func name(_ name: String) throws -> String { absolute ? try workspace.file(name) : name }
    let more = ["--workers", workers]
    let (references, memories, codes) = (try name("references"), try name("memories"), try name("codes"))
    let model = ["--model", Model.tiny] + more
    let calls: [(Tool, [String])] = [
      (.chunk, ["--input", try name("documents"), "--output", references, "--max-tokens", "48"] + model),
      (.encode, ["--input", references, "--output", memories] + model),
      (
        .quantize,
        ["--input", memories, "--references", references, "--output", codes, "--codec", QuantizeRecipe.x2.codec]
          + QuantizeRecipe.x2.settings + model
      ),
      (.shard, ["--input", codes, "--references", references, "--output", try name("bank")] + more),
    ]
    for (tool, arguments) in calls {
      let folder = absolute ? "/" : try workspace.path
      expect(try Child(tool, arguments, in: folder, environment: environment).wait(), Exit.ok)
    }
    return try Dictionary(uniqueKeysWithValues: folders.map { ($0, try workspace.snapshot($0)) })
  }

  private static let reference = Result { try made(workers: "1") }

  struct Circumstance: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var workers = "1"
    var environment: [String: String] = [:]
    var absolute = false
    var reversed = false
  }

  @Test(arguments: [
    Circumstance(testDescription: "two workers", workers: "2"),
    Circumstance(testDescription: "seven workers", workers: "7"),
    Circumstance(testDescription: "another time zone", environment: ["TZ": "Pacific/Kiritimati"]),
    Circumstance(testDescription: "another language", environment: ["LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"]),
    Circumstance(testDescription: "absolute paths from another folder", absolute: true),
    Circumstance(testDescription: "files made in another order", reversed: true),
  ])
  func sameBytes(_ circumstance: Circumstance) throws {
    let expected = try Self.reference.get()
    let made = try Self.made(
      workers: circumstance.workers, environment: circumstance.environment, absolute: circumstance.absolute,
      reversed: circumstance.reversed)
    for folder in Self.folders {
      let (before, now) = (try #require(expected[folder]), try #require(made[folder]))
      #expect(before.keys.sorted() == now.keys.sorted())
      for (file, bytes) in before { #expect(now[file] == bytes, "\(folder)/\(file)") }
    }
  }

  @Test("a finished folder can be moved, and the next stage goes on from there")
  func moved() throws {
    let workspace = try SharedBank.copy(["references"])
    try workspace.restore(workspace.snapshot("references"), to: "elsewhere/texts")
    expect(try workspace.encode(), Exit.ok)
    expect(try workspace.encode(input: "elsewhere/texts"), Exit.ok, ["nothing to do"])
  }

  @Test("evaluation prints the same for any number of workers")
  func evaluation() throws {
    let workspace = try SharedBank.copy(["bank"])
    try workspace.write(SharedBank.items, "items.jsonl")
    let arguments = [
      "evaluate", "bank", "--model", Model.tiny, "--items", "items.jsonl", "--distractors", "2", "--json",
    ]
    let printed = try ["1", "2", "7"].map { workers in
      expect(try workspace.run(.read, arguments + ["--workers", workers]), Exit.ok).output
    }
    #expect(printed[1] == printed[0])
    #expect(printed[2] == printed[0])
  }
}
