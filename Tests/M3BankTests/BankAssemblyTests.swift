import M3Bank
import M3Bytes
import M3TestSupport
import Testing

@Suite struct BankAssemblyTests {
  let folder: TemporaryFolder
  let bank: SampleBank

  init() throws {
    folder = try TemporaryFolder()
    bank = try SampleBank()
  }

  /// Shards of records with these ids.
  private func write(_ ids: [[String]]) throws -> [String] {
    try ids.enumerated().map { shard, ids in
      let summary = try Samples.writeShard(
        folder, Samples.identity(UInt32(shard)),
        parts: ids.map { Samples.Parts(id: $0, source: [], text: $0, payload: []) })
      return folder.file(summary.name)
    }
  }

  /// Against the obvious way, for every size of the ranges.
  @Test(arguments: 1...5) func duplicatesAreFound(seed: UInt64) throws {
    var generator = Generator(seed: seed)
    var ids: [[String]] = []
    for _ in 0..<4 {
      let drawn = Set((0..<12).map { _ in "id\(Int.random(in: 0..<40, using: &generator))" })
      ids.append(drawn.sorted())
    }
    let paths = try write(ids)
    var first: [String: UInt64] = [:]
    var expected: [DuplicateID] = []
    for (shard, names) in ids.enumerated() {
      for (position, id) in names.enumerated() {
        let number = UInt64(shard) << 20 | UInt64(position)
        if let earlier = first[id] {
          expected.append(DuplicateID(id: id, first: earlier, second: number))
        } else {
          first[id] = number
        }
      }
    }
    let order: (DuplicateID, DuplicateID) -> Bool = {
      (XXH3.hash64($0.id), $0.second) < (XXH3.hash64($1.id), $1.second)
    }
    expected.sort(by: order)
    try #require(!expected.isEmpty)
    for keysInMemory in [1, 2, 3, 7, 20, 1_000] {
      #expect(try BankAssembly.duplicateIDs(shardPaths: paths, keysInMemory: keysInMemory) == expected)
    }
    #expect(try BankAssembly.duplicateIDs(shardPaths: paths, limit: 1) == Array(expected.prefix(1)))
  }

  @Test func idsThatOnlyLookEqualAreNone() throws {
    let paths = try write([["caf\u{E9}"], ["cafe\u{301}"]])
    #expect(try BankAssembly.duplicateIDs(shardPaths: paths).isEmpty)
    #expect(try BankAssembly.duplicateIDs(shardPaths: []).isEmpty)
  }

  @Test func aManifestIsCommittedOnlyToWhatItLists() throws {
    try bank.folder.write([], "extra")
    let extra = #expect(throws: FormatError.self) { try BankAssembly.commit(bank.manifest, to: bank.folder.path) }
    #expect(extra?.problem == .malformed("extra is in the folder and not listed"))
    try FilePaths.remove(bank.folder.file("extra"))
    try bank.folder.write([1], "codebook.m3c")
    let size = #expect(throws: FormatError.self) { try BankAssembly.commit(bank.manifest, to: bank.folder.path) }
    #expect(size?.field == "size")
    try FilePaths.remove(bank.folder.file("codebook.m3c"))
    let missing = #expect(throws: FormatError.self) { try BankAssembly.commit(bank.manifest, to: bank.folder.path) }
    #expect(missing?.problem == .missing("codebook.m3c"))
    #expect(try bank.folder.read("manifest.json") == bank.contents["manifest.json"])
  }

  @Test func aSummaryCanBeMadeFromTheFile() throws {
    for shard in bank.manifest.shards {
      #expect(try ShardReader(path: bank.folder.file(shard.name)).summary() == shard)
    }
    var damaged = try #require(bank.contents["shard-00000.m3s"])
    damaged[100] ^= 1
    try bank.folder.write(damaged, "shard-00000.m3s")
    #expect(throws: FormatError.self) { try ShardReader(path: bank.folder.file("shard-00000.m3s")).summary() }
  }
}
