import Glibc
import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite struct IndexVerificationTests {
  let bank: SampleBank
  private let index = Array("what faiss wrote".utf8)

  init() throws {
    bank = try SampleBank()
    try bank.folder.write(index, "index.faiss")
    try bank.folder.write(manifest().serialized(), "index.json")
  }

  private func manifest(root: SHA256Digest? = nil, count: Int = 8) throws -> IndexManifest {
    try IndexManifest(
      bankRoot: root ?? bank.manifest.root, embedder: [:], factory: "Flat", dimension: 4, count: count, search: [:],
      size: UInt64(index.count), sha256: .of(index))
  }

  private func damage(_ level: BankVerifier.Level = .full) -> [String] {
    BankVerifier.verify(
      path: bank.folder.path, level: level, codec: { { _ throws(FormatError) in } }
    ).damage.map { "\($0.kind.rawValue) \($0.file)" }
  }

  @Test(arguments: BankVerifier.Level.allCases) func anIndexIsPartOfAWholeBank(level: BankVerifier.Level) throws {
    var last: (done: UInt64, total: UInt64) = (0, 0)
    let report = BankVerifier.verify(
      path: bank.folder.path, level: level, codec: { { _ throws(FormatError) in } }, onProgress: { last = ($0, $1) })
    #expect(report.outcome == .intact)
    #expect(report.root == bank.manifest.root)
    #expect(report.fileCount == 7)
    #expect(last.done == report.byteCount && last.total == report.byteCount)
  }

  @Test func everyBitFlipIsFound() throws {
    for (name, bytes) in [("index.faiss", index), ("index.json", try manifest().serialized())] {
      for bit in 0..<bytes.count * 8 {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        try bank.folder.write(damaged, name)
        #expect(damage() == [name == "index.faiss" ? "file-hash index.faiss" : "index-manifest index.json"])
      }
      try bank.folder.write(bytes, name)
    }
    #expect(damage().isEmpty)
  }

  @Test(arguments: BankVerifier.Level.allCases) func anotherSizeIsFound(level: BankVerifier.Level) throws {
    try bank.folder.write(index + [0], "index.faiss")
    #expect(damage(level) == ["file-size index.faiss"])
  }

  @Test(arguments: BankVerifier.Level.allCases) func anIndexOfAnotherBankIsDamage(level: BankVerifier.Level) throws {
    let other = SHA256Digest.of([9])
    try bank.folder.write(manifest(root: other).serialized(), "index.json")
    #expect(damage(level) == ["stale-index index.json"])
    let message = BankVerifier.verify(
      path: bank.folder.path, level: level, codec: { { _ throws(FormatError) in } }
    ).damage[0].message
    #expect(message.contains("\(bank.manifest.root)") && message.contains("\(other)"))
    try bank.folder.write(manifest(count: 7).serialized(), "index.json")
    #expect(damage(level) == ["stale-index index.json"])
  }

  @Test(arguments: BankVerifier.Level.allCases) func halfAnIndexIsDamage(level: BankVerifier.Level) throws {
    unlink(bank.folder.file("index.faiss"))
    #expect(damage(level) == ["missing-file index.faiss"])
    try bank.folder.write(index, "index.faiss")
    unlink(bank.folder.file("index.json"))
    #expect(damage(level) == ["unlisted-file index.faiss"])
    unlink(bank.folder.file("index.faiss"))
    #expect(damage(level).isEmpty)
  }

  @Test func otherFilesAreStillUnlisted() throws {
    for name in ["index.faiss.bak", ".index.faiss.tmp", "index", "index2.json"] { try bank.folder.write([], name) }
    #expect(
      damage(.quick) == [
        "unlisted-file .index.faiss.tmp", "unlisted-file index", "unlisted-file index.faiss.bak",
        "unlisted-file index2.json",
      ])
  }

  @Test func whatIsNoFileIsDamageAndIsNotOpened() throws {
    unlink(bank.folder.file("index.json"))
    try #require(mkfifo(bank.folder.file("index.json"), 0o644) == 0)
    #expect(damage() == ["missing-file index.json"])
  }

  @Test func withoutAManifestTheIndexIsCheckedOnItsOwn() throws {
    unlink(bank.folder.file("manifest.json"))
    try bank.folder.write([1] + index.dropFirst(), "index.faiss")
    #expect(damage() == ["missing-file manifest.json", "file-hash index.faiss"])
  }

  /// A bank's manifest can be written again beside an index.
  @Test func anIndexIsNotInTheWayOfACommit() throws {
    try BankAssembly.commit(bank.manifest, to: bank.folder.path)
    #expect(damage().isEmpty)
    try bank.folder.write([], "index.txt")
    #expect(throws: FormatError.self) { try BankAssembly.commit(bank.manifest, to: bank.folder.path) }
  }
}
