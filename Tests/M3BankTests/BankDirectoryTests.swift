import Glibc
import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite struct BankDirectoryTests {
  let bank: SampleBank

  init() throws { bank = try SampleBank() }

  @Test func recordsAreFoundByNumberAndID() throws {
    let directory = try BankDirectory(path: bank.folder.path)
    #expect(directory.count == bank.records.count)
    for record in bank.records {
      #expect(try directory.record(number: record.number) == record)
      #expect(try directory.payload(number: record.number) == record.payload)
      #expect(try directory.record(id: record.id) == record)
    }
    #expect(try directory.record(id: "absent") == nil)
  }

  @Test(arguments: [5, 0xF_FFFF, 0x10_0003, 0x20_0000, .max] as [UInt64])
  func numbersOfNoRecordAreRefused(number: UInt64) throws {
    let directory = try BankDirectory(path: bank.folder.path)
    #expect(!directory.contains(number: number))
    let error = #expect(throws: FormatError.self) { try directory.record(number: number) }
    #expect(error?.field == "record number")
  }

  @Test func filesAreCheckedAgainstTheManifest() throws {
    let directory = try BankDirectory(path: bank.folder.path)
    #expect(try directory.file(role: "codebook") == [1, 2, 3])
    #expect(directory.filePath(role: "bos") == bank.folder.file("bos.m3m"))
    #expect(directory.filePath(role: "index") == nil)
    let absent = #expect(throws: FormatError.self) { try directory.file(role: "index") }
    #expect(absent?.problem == .missing("a file of role index"))
    try bank.folder.write([1, 2, 4], "codebook.m3c")
    let other = #expect(throws: FormatError.self) { try directory.file(role: "codebook") }
    #expect(other?.field == "sha256")
    try bank.folder.write([1, 2, 3, 4], "codebook.m3c")
    let longer = #expect(throws: FormatError.self) { try directory.file(role: "codebook") }
    #expect(longer?.field == "size")
    let limited = #expect(throws: FormatError.self) { try directory.file(role: "codebook", limit: 3) }
    #expect(limited?.field == "file size")
  }

  @Test func aFolderWithoutManifestIsMissing() throws {
    let empty = try TemporaryFolder()
    let error = #expect(throws: FileError.self) { try BankDirectory(path: empty.path) }
    withExtendedLifetime(empty) {}
    #expect(error?.isMissing == true)
  }

  @Test func aShardOfAnotherPlaceOrBankIsRefused() throws {
    let directory = try BankDirectory(path: bank.folder.path)
    try bank.folder.write(try #require(bank.contents["shard-00001.m3s"]), "shard-00000.m3s")
    let swapped = #expect(throws: FormatError.self) { try directory.record(number: 0) }
    #expect(swapped?.field == "shard number")
    try Samples.writeShard(bank.folder, Samples.identity(), parts: SampleBank.parts[0])
    let foreign = #expect(throws: FormatError.self) { try directory.record(number: 0) }
    #expect(foreign?.field == "bank id")
    try Samples.writeShard(bank.folder, SampleBank.identity.shard(0), parts: Samples.parts(seed: 9).dropLast())
    let shorter = #expect(throws: FormatError.self) { try directory.record(number: 0) }
    #expect(shorter?.field == "shard")
  }

  /// A whole shard of this bank and place, of which the manifest says another size, or another count.
  @Test func aShardThatIsNotAsTheManifestSaysIsRefused() throws {
    var parts = SampleBank.parts[1]
    parts[0].payload.append(contentsOf: [1, 2, 3, 4, 5, 6, 7, 8])
    try Samples.writeShard(bank.folder, SampleBank.identity.shard(1), parts: parts)
    let larger = #expect(throws: FormatError.self) { try BankDirectory(path: bank.folder.path).record(number: 1 << 20) }
    #expect(larger?.field == "shard")

    try bank.folder.write(try #require(bank.contents["shard-00001.m3s"]), "shard-00001.m3s")
    var summary = bank.manifest.shards[1].json
    summary["records"] = 4
    summary["last_record"] = .integer(1 << 20 + 3)
    try bank.replaceManifest(bank.manifest(shards: [bank.manifest.shards[0], ShardSummary(json: summary)]))
    let shorter = #expect(throws: FormatError.self) {
      try BankDirectory(path: bank.folder.path).record(number: 1 << 20)
    }
    #expect(shorter?.field == "shard")
    #expect(shorter?.problem.description.contains("with 4 records") == true)
  }

  @Test func aMissingShardIsAFileError() throws {
    let directory = try BankDirectory(path: bank.folder.path)
    unlink(bank.folder.file("shard-00001.m3s"))
    #expect(try directory.record(number: 0) == bank.records[0])
    let error = #expect(throws: FileError.self) { try directory.record(number: 1 << 20) }
    #expect(error?.isMissing == true)
  }

  /// More shards than may be open, read from many threads at once.
  @Test(arguments: [1, 2, 3]) func shardsAreSharedBetweenThreads(limit: Int) async throws {
    let parts = (0..<6).map { Samples.parts(seed: UInt64($0 + 10)) }
    let bank = try SampleBank(parts: parts)
    let directory = try BankDirectory(path: bank.folder.path, openShardLimit: limit)
    let expected = parts.enumerated().flatMap { Samples.records($0.element, shard: UInt32($0.offset)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          var generator = Generator(seed: UInt64(task))
          for _ in 0..<200 {
            let record = expected.randomElement(using: &generator)!
            let found = try directory.record(number: record.number)
            #expect(found == record)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try descriptors(below: bank.folder.path) <= limit)
  }

  /// How many descriptors of this process lead into a folder.
  private func descriptors(below folder: String) throws -> Int {
    try FilePaths.list("/proc/self/fd").filter { name in
      var target = [CChar](repeating: 0, count: 4_096)
      let length = readlink("/proc/self/fd/\(name)", &target, target.count)
      guard length > 0 else { return false }
      return String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(folder)
    }.count
  }
}
