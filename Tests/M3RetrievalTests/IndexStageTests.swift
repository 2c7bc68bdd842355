import Glibc
import M3Bank
import M3Bytes
import M3JSON
import M3Retrieval
import M3Stage
import M3TestSupport
import Testing

@Suite("Making an index") struct IndexStageTests {
  private static let shardCounts = [400, 33, 100, 300]
  private static let factories = ["Flat", "HNSW32", "IVF8,PQ8x8"]

  private func bank() throws -> IndexedBank {
    try IndexedBank(shardCounts: Self.shardCounts, text: sentences(seed: 1))
  }

  @Test("The same bytes again, and for 1 worker and 2", arguments: factories)
  func workers(factory: String) throws {
    let files = try [1, 2, 1].map { workers in
      let bank = try bank()
      try bank.index(WordEmbedder(), factory: factory, workers: workers)
      return try bank.indexFiles()
    }
    #expect(files[0] == files[1])
    #expect(files[0] == files[2])
  }

  @Test("The same bytes from tasks in any order, one of which had to begin again", arguments: factories)
  func order(factory: String) throws {
    let (undisturbed, disturbed) = (try bank(), try bank())
    try undisturbed.index(WordEmbedder(), factory: factory)
    for task in [3, 1, 0] {
      #expect(try !disturbed.index(WordEmbedder(), factory: factory, tasks: [task]).isComplete)
    }
    // What a kill leaves behind: a piece of a file, a file without a marker, and half of the last step.
    try disturbed.folder.write([1, 2, 3], "bank.index/.vectors-00002.m3e.tmp")
    try disturbed.folder.write([1, 2, 3], "bank/.index.faiss.tmp")
    try FilePaths.remove(disturbed.stagePath + "/_done/3-of-4.json")
    let summary = try disturbed.index(WordEmbedder(), factory: factory)
    #expect(summary.isComplete && summary.didClose)
    #expect(summary.performedCount == 2 && summary.skippedCount == 2)
    #expect(try disturbed.indexFiles() == undisturbed.indexFiles())
    for folder in ["", ".index", ".index/_done"] {
      let names = try FilePaths.list(disturbed.path + folder)
      #expect(names == (try FilePaths.list(undisturbed.path + folder)))
      #expect(!names.contains { $0.hasPrefix(".") })
    }
  }

  @Test("A finished index is left alone") func again() throws {
    let bank = try bank()
    #expect(try bank.index(WordEmbedder()).didClose)
    let files = try bank.indexFiles()
    let summary = try bank.index(WordEmbedder())
    #expect(summary.isComplete && !summary.didClose)
    #expect(summary.performedCount == 0)
    #expect(try bank.indexFiles() == files)
  }

  @Test("An index that is gone, or half there, is made again of the vectors", arguments: ["index.json", "index.faiss"])
  func half(name: String) throws {
    let bank = try bank()
    try bank.index(WordEmbedder())
    let files = try bank.indexFiles()
    try FilePaths.remove(FilePaths.join(bank.path, name))
    let summary = try bank.index(WordEmbedder())
    #expect(summary.didClose && summary.performedCount == 0)
    #expect(try bank.indexFiles() == files)
  }

  @Test("The books: each record is kept") func books() throws {
    let bank = try bank()
    let account = try bank.index(WordEmbedder()).account
    #expect(account.input == 833 && account.kept == 833)
    #expect(try RetrievalIndex(bank: bank.open()).count == 833)
  }

  @Test("Another embedder, factory or bank is refused, both sides printed") func differences() throws {
    let bank = try bank()
    try bank.index(WordEmbedder())
    func expectDifference(_ name: String, _ body: () throws -> StageRunner.Summary) {
      #expect {
        _ = try body()
      } throws: { error in
        guard case StageError.changed(let folder, let lines)? = error as? StageError else { return false }
        return folder == bank.stagePath && lines.contains { $0.hasPrefix("\(name): ") && $0.contains(" there, ") }
      }
    }
    expectDifference("embedder") { try bank.index(WordEmbedder(seed: 5)) }
    expectDifference("factory") { try bank.index(WordEmbedder(), factory: "HNSW32") }
    let other = try IndexedBank(shardCounts: Self.shardCounts, fingerprint: "other", text: sentences(seed: 2))
    for name in try FilePaths.list(other.path) { try bank.write(try other.read(name), name) }
    expectDifference("bank_root") { try bank.index(WordEmbedder()) }
    // Without the stage's folder it begins anew, and takes the place of the index of before.
    #expect(BankVerifier.verify(path: bank.path).damage.map(\.kind) == [.staleIndex])
    try bank.removeStage()
    #expect(try bank.index(WordEmbedder()).didClose)
    #expect(BankVerifier.verify(path: bank.path).outcome == .intact)
    try other.index(WordEmbedder())
    #expect(try bank.indexFiles() == other.indexFiles())
  }

  @Test("A shard that changed is refused before it is embedded") func changedShard() throws {
    let bank = try bank()
    var bytes = try bank.read("shard-00002.m3s")
    bytes[bytes.count / 2] ^= 1
    try bank.write(bytes, "shard-00002.m3s")
    #expect {
      try bank.index(WordEmbedder())
    } throws: { error in
      guard case StageError.upstreamStale(let path, _)? = error as? StageError else { return false }
      return path.hasSuffix("shard-00002.m3s")
    }
  }

  @Test("A vector that is not finite names its record") func notFinite() throws {
    var vectors = [Float](repeating: 1, count: 4 * 40)
    vectors[4 * 33 + 2] = .nan
    let table = TableEmbedder(dimension: 4, vectors: vectors)
    let bank = try IndexedBank(table, shardCounts: [20, 20])
    #expect {
      try bank.index(table)
    } throws: { error in
      guard let error = error as? FormatError else { return false }
      return error.field == "embedding" && error.record == "text 34"
        && error.problem == .outOfRange(found: "nan", allowed: "finite")
    }
  }

  @Test("Damaged vectors are found when the index is made of them") func damagedVectors() throws {
    let bank = try bank()
    try bank.index(WordEmbedder())
    let name = "bank.index/vectors-00001.m3e"
    let bytes = try bank.folder.read(name)
    for offset in [0, 8, 12, 16, 24, 32, 33 * 32 * 4, bytes.count - 8, bytes.count - 1] {
      var damaged = bytes
      damaged[offset] ^= 1
      try bank.folder.write(damaged, name)
      try FilePaths.remove(FilePaths.join(bank.path, "index.json"))
      #expect(throws: FormatError.self, "byte \(offset)") { try bank.index(WordEmbedder()) }
      #expect(throws: FormatError.self) { try ExactSearch(paths: [bank.folder.file(name)]) }
    }
    for length in 0..<32 {
      let path = try bank.folder.write(Array(bytes[..<length]), name)
      #expect(throws: FormatError.self, "length \(length)") { try ExactSearch(paths: [path]) }
    }
    try bank.folder.write(bytes, name)
    try bank.index(WordEmbedder())
    #expect(BankVerifier.verify(path: bank.path).outcome == .intact)
  }
}

extension IndexedBank {
  /// Removes `BANK.index`.
  func removeStage() throws {
    for folder in ["/_done", "/_runs", ""] {
      for name in try FilePaths.list(stagePath + folder) { try FilePaths.remove("\(stagePath)\(folder)/\(name)") }
      rmdir(stagePath + folder)
    }
  }
}
