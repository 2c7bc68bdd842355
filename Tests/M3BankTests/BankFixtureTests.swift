import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

/// `fixtures/bank/v1`, which another program wrote from the formats' articles: read forever.
@Suite struct BankFixtureTests {
  let path = Fixtures.path("bank/v1")
  let expected: JSONObject

  init() throws {
    let bytes = try ReadableFile.contents(of: Fixtures.path("bank/v1.expected.json"), limit: 1 << 20)
    expected = try #require(try JSONValue.parse(bytes).objectValue)
  }

  @Test func theFilesAreThoseThatWereWritten() throws {
    let hashes = try #require(expected["sha256"]?.objectValue)
    #expect(try FilePaths.list(path) == hashes.members.map(\.key).sorted())
    for (name, hash) in hashes.members {
      #expect(try SHA256Digest.ofFile(FilePaths.join(path, name)).description == hash.stringValue, "\(name)")
    }
  }

  @Test func theBankIsIntact() {
    let report = BankVerifier.verify(path: path)
    #expect(report.damage.isEmpty)
    #expect(report.outcome == .intact)
    #expect(report.recordCount == 7)
  }

  @Test func recordsAreThoseThatWereWritten() throws {
    let directory = try BankDirectory(path: path)
    let records = try #require(expected["records"]?.arrayValue).map { try #require($0.objectValue) }
    #expect(directory.count == records.count)
    for expected in records {
      let number = UInt64(try #require(expected["number"]?.integerValue))
      let id = try #require(expected["id"]?.stringValue)
      let record = try directory.record(number: number)
      #expect(record.id.utf8.elementsEqual(id.utf8))
      #expect(record.text == expected["text"]?.stringValue)
      #expect(Hexadecimal.string(record.payload) == expected["payload"]?.stringValue)
      #expect(try JSONValue.parse(record.source).objectValue?["document_id"] == .string(id))
      #expect(try directory.record(id: id)?.number == number)
    }
    #expect(try directory.file(role: "bos").count == 100)
  }

  /// The same records again give the same bank, but for what zstd's version makes of them.
  @Test func writtenAgainItIsTheSameBank() throws {
    let folder = try TemporaryFolder()
    let directory = try BankDirectory(path: path)
    let old = directory.manifest
    let identity = BankIdentity(producer: old.producer, codec: old.codec, inputFingerprint: old.inputFingerprint)
    #expect(identity == old.identity)
    for summary in old.shards {
      let shard = try directory.shard(summary.number)
      let writer = try ShardWriter(
        path: folder.file(summary.name), identity: identity.shard(summary.number), count: shard.count)
      for position in 0..<shard.count {
        let record = try shard.record(at: position)
        try writer.append(id: record.id, source: record.source, text: record.text, payload: record.payload)
      }
      let again = try writer.commit()
      #expect(again.logicalSHA256 == summary.logicalSHA256)
      #expect(again.recordCount == summary.recordCount)
      #expect(again.textByteCount == summary.textByteCount)
      #expect(again.payloadByteCount == summary.payloadByteCount)
      let header = try folder.read(summary.name).prefix(96)
      #expect(try header == ReadableFile.contents(of: shard.path, limit: 1 << 20).prefix(96))
    }
    withExtendedLifetime(folder) {}
  }
}
