import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing
import Glibc

@Suite struct BankVerifierTests {
  let bank: SampleBank

  init() throws { bank = try SampleBank() }

  private func verify(_ level: BankVerifier.Level = .full) -> VerificationReport {
    BankVerifier.verify(path: bank.folder.path, level: level, codec: { { _ throws(FormatError) in } })
  }

  private func kinds(_ level: BankVerifier.Level = .full) -> [Damage.Kind] {
    verify(level).damage.map(\.kind)
  }

  @Test(arguments: BankVerifier.Level.allCases) func aWholeBankIsIntact(level: BankVerifier.Level) throws {
    let report = verify(level)
    #expect(report.outcome == .intact)
    #expect(report.damage.isEmpty)
    #expect(report.fileErrors.isEmpty)
    #expect(report.root == bank.manifest.root)
    #expect(report.logicalRoot == bank.manifest.logicalRoot)
    #expect(report.manifestSHA256 == bank.manifest.sha256)
    #expect(report.fileCount == 5)
    #expect(report.shardCount == 2)
    #expect(report.recordCount == (level == .quick ? 0 : 8))
    #expect(report.byteCount == UInt64(bank.contents.values.map(\.count).reduce(0, +)))
  }

  /// Every bit of every file of the bank.
  @Test(arguments: ["bos.m3m", "codebook.m3c", "manifest.json", "shard-00001.m3s"])
  func everyBitFlipIsFound(name: String) throws {
    let bytes = try #require(bank.contents[name])
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try bank.folder.write(damaged, name)
      let report = verify()
      #expect(report.outcome == .damaged, "bit \(bit)")
      #expect(report.damage.allSatisfy { $0.file == name }, "bit \(bit): \(report.damage)")
    }
    try bank.folder.write(bytes, name)
    #expect(verify().outcome == .intact)
  }

  /// At `deep` every payload goes to the codec, and what it refuses is told of its record.
  @Test func whatTheCodecRefusesIsDamage() throws {
    var seen: [[UInt8]] = []
    let report = BankVerifier.verify(
      path: bank.folder.path, level: .deep,
      codec: {
        { payload throws(FormatError) in
          seen.append(payload)
          if seen.count == 7 { throw FormatError(.malformed("a code beyond the codebook"), field: "codes", at: 5) }
        }
      })
    #expect(seen.count == 8)
    #expect(report.outcome == .damaged)
    #expect(report.damage.map(\.kind) == [.memory])
    #expect(report.damage.first?.file == "shard-00001.m3s")
    #expect(report.damage.first?.byteOffset == 5)
    #expect(report.damage.first?.record == 1 << 20 | 1)
  }

  @Test func aCodecThatCannotBeOpenedIsDamage() throws {
    let report = BankVerifier.verify(
      path: bank.folder.path, level: .deep,
      codec: { throw FormatError(.missing("a codebook"), field: "codec", file: "codebook.m3c") })
    #expect(report.damage.map(\.kind) == [.codec])
    #expect(report.damage.first?.file == "codebook.m3c")
    #expect(report.recordCount == 8)
  }

  /// What `quick` is for: it takes as long for any size of files and of records.
  @Test func quickReadsNoContents() throws {
    for name in ["bos.m3m", "codebook.m3c"] {
      try bank.folder.write(try #require(bank.contents[name]).map { ~$0 }, name)
    }
    var shard = ShardEditor(try #require(bank.contents["shard-00000.m3s"]), recordCount: 5)
    shard.bytes[shard.frame(1).lowerBound + 6] ^= 1
    try bank.folder.write(shard.bytes, "shard-00000.m3s")
    #expect(kinds(.quick).isEmpty)
    #expect(kinds() == [.record, .fileHash, .fileHash, .fileHash])
  }

  @Test func everyTruncationIsFoundAtEachLevel() throws {
    let bytes = try #require(bank.contents["shard-00001.m3s"])
    for length in 0..<bytes.count {
      try bank.folder.write(Array(bytes[..<length]), "shard-00001.m3s")
      #expect(kinds(.quick).contains(.fileSize), "length \(length)")
      #expect(kinds(.quick).contains(.footer), "length \(length)")
    }
  }

  @Test func allDamageIsReportedAtOnce() throws {
    var first = ShardEditor(try #require(bank.contents["shard-00000.m3s"]), recordCount: 5)
    first.bytes[36] ^= 1  // the header's reserved field
    first.bytes[first.frame(1).lowerBound + 6] ^= 1
    first.bytes[first.frame(3).lowerBound + 6] ^= 1
    try bank.folder.write(first.bytes, "shard-00000.m3s")
    var second = ShardEditor(try #require(bank.contents["shard-00001.m3s"]), recordCount: 3)
    second.bytes[second.entry(0)] ^= 1
    try bank.folder.write(second.bytes, "shard-00001.m3s")
    try bank.folder.write([9, 9, 9], "codebook.m3c")
    unlink(bank.folder.file("bos.m3m"))
    try bank.folder.write([], ".hidden")
    mkdir(bank.folder.file("folder"), 0o755)

    let report = verify()
    let found = report.damage.map { "\($0.kind.rawValue) \($0.file) \($0.record.map(String.init) ?? "-")" }
    #expect(
      found == [
        "missing-file bos.m3m -",
        "unlisted-file .hidden -",
        "unlisted-file folder -",
        "header shard-00000.m3s -",
        "record shard-00000.m3s 1",
        "record shard-00000.m3s 3",
        "file-hash shard-00000.m3s -",
        "index shard-00001.m3s -",
        "file-hash shard-00001.m3s -",
        "file-hash codebook.m3c -",
      ])
    #expect(report.damage[4].byteOffset == UInt64(first.frame(1).lowerBound))
    #expect(report.damage[4].shard == 0)
    #expect(report.recordCount == 3)
    #expect(report.outcome == .damaged)
    rmdir(bank.folder.file("folder"))
  }

  @Test func swappedShardsAreFound() throws {
    try bank.folder.write(try #require(bank.contents["shard-00000.m3s"]), "shard-00001.m3s")
    try bank.folder.write(try #require(bank.contents["shard-00001.m3s"]), "shard-00000.m3s")
    let headers = verify(.quick).damage.filter { $0.kind == .header }
    #expect(headers.map(\.file) == ["shard-00000.m3s", "shard-00001.m3s"])
    #expect(headers.allSatisfy { $0.message.hasPrefix("shard number") })
  }

  @Test func withoutAManifestShardsAreStillChecked() throws {
    unlink(bank.folder.file("manifest.json"))
    var damaged = try #require(bank.contents["shard-00001.m3s"])
    damaged[110] ^= 1
    try bank.folder.write(damaged, "shard-00001.m3s")
    let report = verify()
    #expect(report.root == nil)
    #expect(report.damage.map(\.kind) == [.missingFile, .record])
    #expect(report.damage.map(\.file) == ["manifest.json", "shard-00001.m3s"])
    #expect(report.damage[0].message == "the folder has no manifest")
    #expect(report.recordCount == 7)
  }

  @Test func aManifestThatIsAFolderIsNone() throws {
    unlink(bank.folder.file("manifest.json"))
    try #require(mkdir(bank.folder.file("manifest.json"), 0o755) == 0)
    let report = verify()
    #expect(report.damage.map(\.message) == ["not a file"])
    #expect(report.fileErrors.isEmpty)
  }

  /// Without a manifest, shards are what has a shard's name, to the letter.
  @Test func namesThatOnlyResembleAShardsAreNone() throws {
    unlink(bank.folder.file("manifest.json"))
    let names = [
      "shard-0000x.m3s", "shard-0000-.m3s", "shard-00000.m3s.bak", "shard-000000.m3s", "shard-2.m3s", "Shard-00000.m3s",
    ]
    for name in names { try bank.folder.write([], name) }
    let report = verify()
    #expect(report.shardCount == 2)
    #expect(report.damage.map(\.kind) == [.missingFile])
  }

  @Test func aKeyTableThatLeadsElsewhereIsFound() throws {
    var editor = ShardEditor(try #require(bank.contents["shard-00001.m3s"]), recordCount: 3)
    editor.set(editor.key(0), 8, editor.get(editor.key(0), 8) - 1)
    editor.reseal()
    try bank.folder.write(editor.bytes, "shard-00001.m3s")
    #expect(kinds(.quick).isEmpty)
    let report = verify()
    #expect(report.damage.map(\.kind) == [.key, .fileHash])
    #expect(report.damage[0].record == 1 << 20 | editor.get(editor.key(0) + 8, 4))
  }

  /// Shards that are whole, under a manifest that is consistent and says something else.
  @Test func totalsAndLogicalHashesAreChecked() throws {
    let shard = bank.manifest.shards[1]
    let keys = ["text_bytes", "payload_bytes", "compressed_bytes"]
    for key in keys {
      var json = shard.json
      json[key] = .integer(try #require(json[key]?.integerValue) + 1)
      try bank.replaceManifest(bank.manifest(shards: [bank.manifest.shards[0], ShardSummary(json: json)]))
      #expect(kinds() == [.total], "\(key)")
      #expect(kinds(.quick) == (key == "payload_bytes" ? [] : [.total]), "\(key)")
    }
    var json = shard.json
    json["logical_sha256"] = .string(String(repeating: "0", count: 64))
    try bank.replaceManifest(bank.manifest(shards: [bank.manifest.shards[0], ShardSummary(json: json)]))
    #expect(kinds() == [.total])
    json = shard.json
    json["records"] = 4
    json["last_record"] = .integer(1 << 20 + 3)
    try bank.replaceManifest(bank.manifest(shards: [bank.manifest.shards[0], ShardSummary(json: json)]))
    #expect(kinds(.quick) == [.total])
  }

  @Test func duplicateIDsAreFound() throws {
    let bank = try SampleBank(parts: [Samples.parts(seed: 1), Array(Samples.parts(seed: 1)[1...2])])
    let report = BankVerifier.verify(path: bank.folder.path)
    #expect(report.damage.compactMap(\.record).sorted() == [0x10_0000, 0x10_0001])
    #expect(report.damage.map(\.kind) == [.duplicateID, .duplicateID])
    #expect(BankVerifier.verify(path: bank.folder.path, level: .quick).outcome == .intact)
    withExtendedLifetime(bank) {}
  }

  @Test func whatIsNoFileIsDamageAndIsNotOpened() throws {
    unlink(bank.folder.file("shard-00000.m3s"))
    try #require(mkfifo(bank.folder.file("shard-00000.m3s"), 0o644) == 0)
    unlink(bank.folder.file("bos.m3m"))
    try #require(symlink("nowhere", bank.folder.file("bos.m3m")) == 0)
    unlink(bank.folder.file("codebook.m3c"))
    try #require(symlink("codebook.m3c", bank.folder.file("codebook.m3c")) == 0)
    let report = verify()
    #expect(report.damage.map(\.kind) == [.missingFile, .missingFile, .missingFile])
    #expect(report.damage.map(\.message) == ["not a file", "a link that leads nowhere", "a link that leads nowhere"])
    #expect(report.fileErrors.isEmpty)
  }

  /// Files of 4 TiB that take no room on a disk: hashing one would take an hour.
  @Test(arguments: ["bos.m3m", "shard-00000.m3s"]) func aFileOfAnotherLengthIsNotReadToItsEnd(name: String) throws {
    try #require(truncate(bank.folder.file(name), 1 << 42) == 0)
    let report = verify()
    #expect(report.outcome == .damaged)
    #expect(report.damage.first?.kind == .fileSize)
    #expect(report.damage.allSatisfy { $0.file == name && $0.kind != .fileHash })
  }

  @Test func troubleOfTheSystemIsNoDamage() throws {
    let report = BankVerifier.verify(path: bank.folder.file("absent"))
    #expect(report.outcome == .unreadable)
    #expect(report.damage.isEmpty)
    #expect(report.fileErrors.map(\.isMissing) == [true])
  }

  @Test func theReportIsJSON() throws {
    var damaged = try #require(bank.contents["shard-00001.m3s"])
    damaged[110] ^= 1
    try bank.folder.write(damaged, "shard-00001.m3s")
    let report = verify()
    let json = try #require(report.json.objectValue)
    #expect(json["outcome"] == "damaged")
    #expect(json["root"] == .string(bank.manifest.root.description))
    let first = try #require(json["damage"]?.arrayValue?.first?.objectValue)
    #expect(first["kind"] == "record")
    #expect(first["record"] == .integer(1 << 20))
    #expect(first["shard"] == 1)
    #expect(first["byte_offset"] == 96)
    #expect(report.json.serialized(.canonical) == verify().json.serialized(.canonical))
  }

  @Test func progressEndsAtTheTotal() throws {
    var last: (done: UInt64, total: UInt64) = (0, 0)
    _ = BankVerifier.verify(path: bank.folder.path, onProgress: { last = ($0, $1) })
    #expect(last.done == last.total)
    #expect(last.total == UInt64(bank.contents.values.map(\.count).reduce(0, +)))
  }
}
