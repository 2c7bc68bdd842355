import Glibc
import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite struct SignatureTests {
  /// RFC 8032, section 7.1, test 1.
  static let key = Result {
    try SigningKey(
      pem: Array(
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """.utf8))
  }

  let bank: SampleBank
  let key: SigningKey
  var path: String { bank.folder.path }

  init() throws {
    key = try Self.key.get()
    bank = try SampleBank()
    try BankSignature(bank.manifest.statement, by: key).write(to: bank.folder.path)
  }

  private func verify(_ key: VerificationKey? = nil, _ level: BankVerifier.Level = .full) -> VerificationReport {
    BankVerifier.verify(path: path, level: level, publicKey: key, codec: { { _ throws(FormatError) in } })
  }

  private func damage(_ key: VerificationKey? = nil) -> [String] {
    verify(key).damage.map { "\($0.kind.rawValue) \($0.file)" }
  }

  private var another: VerificationKey { VerificationKey(hexadecimal: String(repeating: "12", count: 32))! }

  @Test func theStatementIsWrittenAsTheArticleSays() throws {
    let manifest = bank.manifest
    let text = """
      m3-bank-signature 1
      bank_id \(Hexadecimal.string(manifest.identity.bankID))
      root \(manifest.root)
      manifest_sha256 \(manifest.sha256)

      """
    #expect(manifest.statement.message == Array(text.utf8))
    let file = try #require(JSONValue.parse(bank.folder.read("signature.json")).objectValue)
    let signature = try #require(file["signature"]?.stringValue.flatMap(Hexadecimal.bytes))
    #expect(file["public_key"]?.stringValue == key.verificationKey.description)
    #expect(key.verificationKey.isValid(signature: signature, of: manifest.statement.message))
  }

  @Test(arguments: BankVerifier.Level.allCases) func aSignedBankIsWhole(level: BankVerifier.Level) {
    let unchecked = verify(nil, level)
    #expect(unchecked.outcome == .intact && unchecked.signatureStatus == .unchecked && !unchecked.excludesMalice)
    #expect(unchecked.bankSigner == key.verificationKey)
    #expect(unchecked.root == bank.manifest.root)
    let valid = verify(key.verificationKey, level)
    #expect(valid.outcome == .intact && valid.signatureStatus == .valid)
    #expect(valid.excludesMalice == (level != .quick))
  }

  @Test func noSignatureIsNoDamageUnlessAKeyAsksForIt() throws {
    try FilePaths.remove(bank.folder.file("signature.json"))
    #expect(damage().isEmpty)
    #expect(verify().signatureStatus == .none)
    #expect(damage(key.verificationKey) == ["signature signature.json"])
    #expect(verify(key.verificationKey).signatureStatus == .refused)
  }

  @Test func anotherKeyIsRefused() {
    let report = verify(another)
    #expect(report.signatureStatus == .refused)
    #expect(report.damage.map(\.kind) == [.signature])
    #expect(report.damage.first?.message.contains(key.verificationKey.description) == true)
  }

  @Test func everyBitFlipIsFoundWithoutAKey() throws {
    let bytes = try bank.folder.read("signature.json")
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try bank.folder.write(damaged, "signature.json")
      #expect(damage() == ["signature signature.json"], "bit \(bit)")
    }
  }

  @Test func everyTruncationIsFoundWithoutAKey() throws {
    let bytes = try bank.folder.read("signature.json")
    for length in 0..<bytes.count {
      try bank.folder.write(Array(bytes[..<length]), "signature.json")
      #expect(damage() == ["signature signature.json"], "\(length) bytes")
    }
  }

  /// The forger seals what he changes: only the signature's own key can tell.
  @Test func aSealedForgeryIsFound() throws {
    let honest = try #require(JSONValue.parse(bank.folder.read("signature.json")).objectValue)
    for (name, value) in [
      ("public_key", another.description), ("signature", String(repeating: "00", count: 64)), ("algorithm", "none"),
      ("bank_id", String(repeating: "ab", count: 16)), ("root", String(repeating: "ab", count: 32)),
      ("manifest_sha256", String(repeating: "ab", count: 32)), ("signature", "00"), ("public_key", "11"),
      ("extra", "member"),
    ] {
      var file = honest
      file[name] = .string(value)
      try bank.folder.write(file.sealed("file_sha256"), "signature.json")
      #expect(damage() == ["signature signature.json"], "\(name)")
      #expect(verify(key.verificationKey).outcome == .damaged, "\(name)")
    }
  }

  @Test func aSignatureOfAnotherLengthIsNone() throws {
    var file = try #require(JSONValue.parse(bank.folder.read("signature.json")).objectValue)
    file["signature"] = .string("00")
    try bank.folder.write(file.sealed("file_sha256"), "signature.json")
    #expect(verify().damage.map(\.message) == ["signature.signature: not 128 hexadecimal digits"])
  }

  @Test func aPipeInTheSignaturesPlaceIsNotOpened() throws {
    try FilePaths.remove(bank.folder.file("signature.json"))
    try #require(mkfifo(bank.folder.file("signature.json"), 0o644) == 0)
    #expect(verify().damage.map(\.message) == ["not a file"])
    #expect(verify(key.verificationKey).signatureStatus == .refused)
  }

  @Test func theSignatureOfAnotherBankIsDamage() throws {
    let other = try bank.manifest(files: [])
    try BankSignature(other.statement, by: key).write(to: path)
    #expect(damage() == ["signature signature.json"])
    #expect(verify(key.verificationKey).signatureStatus == .refused)
  }

  @Test func aRoleThatChangesIsFoundThoughTheRootStays() throws {
    let files = bank.manifest.files.map {
      BankManifest.File(name: $0.name, role: $0.role + "2", size: $0.size, sha256: $0.sha256)
    }
    let forged = try bank.manifest(files: files)
    #expect(forged.root == bank.manifest.root)
    try bank.replaceManifest(forged)
    #expect(damage() == ["signature signature.json"])
  }

  @Test func aBankThatIsCommittedAnewLosesTheSignatureOfAnother() throws {
    let signature = try bank.folder.read("signature.json")
    try BankAssembly.commit(bank.manifest, to: path)
    #expect(try bank.folder.read("signature.json") == signature)
    try bank.folder.write(Array("half".utf8), ".signature.json.tmp")
    try BankAssembly.commit(
      bank.manifest(
        files: bank.manifest.files.map {
          BankManifest.File(name: $0.name, role: $0.role + "2", size: $0.size, sha256: $0.sha256)
        }), to: path)
    #expect(try FilePaths.kind(bank.folder.file("signature.json")) == nil)
    #expect(damage().isEmpty)
  }

  @Test func anIndexWantsASignatureOfItsOwn() throws {
    let index = Array("what faiss wrote".utf8)
    let manifest = try IndexManifest(
      bankRoot: bank.manifest.root, embedder: [:], factory: "Flat", dimension: 4, count: 8, search: [:],
      size: UInt64(index.count), sha256: .of(index))
    try bank.folder.write(index, "index.faiss")
    try bank.folder.write(manifest.serialized(), "index.json")
    #expect(damage().isEmpty)
    #expect(damage(key.verificationKey) == ["signature index-signature.json"])
    try BankSignature(manifest.statement, by: key).write(to: path)
    let text = "m3-index-signature 1\nbank_root \(bank.manifest.root)\nindex_sha256 \(manifest.manifestSHA256)\n"
    #expect(manifest.statement.message == Array(text.utf8))
    #expect(verify(key.verificationKey).excludesMalice)
    // The bank's signature is none of the index.
    try bank.folder.write(bank.folder.read("signature.json"), "index-signature.json")
    #expect(damage() == ["signature index-signature.json"])
    try BankSignature(manifest.statement, by: key).write(to: path)
    for name in ["index.json", "index.faiss"] { try FilePaths.remove(bank.folder.file(name)) }
    #expect(damage() == ["unlisted-file index-signature.json"])
  }
}
