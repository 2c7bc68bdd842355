import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

/// Banks of a later version, whole in every other way: refused by name by reader and verifier, never guessed at.
@Suite struct NewerFormatTests {
  let bank: SampleBank

  init() throws { bank = try SampleBank() }

  /// The second shard with a field of its header changed, and all that follows from it in shard and manifest.
  private func changeHeader(at offset: Int, _ size: Int, to value: UInt64) throws {
    var editor = ShardEditor(try #require(bank.contents["shard-00001.m3s"]), recordCount: 3)
    editor.set(offset, size, value)
    editor.reseal()
    try bank.folder.write(editor.bytes, "shard-00001.m3s")
    var summary = bank.manifest.shards[1].json
    summary["sha256"] = .string(SHA256Digest.of(editor.bytes).description)
    try bank.replaceManifest(bank.manifest(shards: [bank.manifest.shards[0], ShardSummary(json: summary)]))
  }

  private func expectRefusal(_ problem: FormatError.Problem, _ field: String) throws {
    for level in [BankVerifier.Level.quick, .full] {
      let damage = BankVerifier.verify(path: bank.folder.path, level: level).damage
      #expect(damage.map(\.kind) == [.header])
      #expect(damage.first?.file == "shard-00001.m3s")
      #expect(damage.first?.message == "\(field): \(problem)")
    }
    let directory = try BankDirectory(path: bank.folder.path)
    #expect(try directory.record(number: 0).number == 0)
    let error = #expect(throws: FormatError.self) { try directory.record(number: 1 << 20) }
    #expect(error?.problem == problem)
    #expect(error?.field == field)
  }

  @Test(arguments: [0, 2, 3, 255, 65_535]) func aShardOfAnotherMajorVersionIsRefused(version: UInt64) throws {
    try changeHeader(at: 16, 2, to: version)
    try expectRefusal(.unsupportedVersion(found: "\(version).0", supported: "1"), "major version")
  }

  @Test(arguments: 0..<32) func aShardWithAnUnknownIncompatibleFeatureIsRefused(bit: UInt64) throws {
    try changeHeader(at: 20, 4, to: 1 << bit)
    try expectRefusal(.unsupported(found: "incompatible feature bit \(bit)"), "incompatible features")
  }

  @Test(arguments: [(18, 2, 7), (24, 4, 1 << 31), (24, 4, 1)]) func whatALaterMinorVersionMayAddIsRead(
    field: (offset: Int, size: Int, value: UInt64)
  ) throws {
    try changeHeader(at: field.offset, field.size, to: field.value)
    #expect(BankVerifier.verify(path: bank.folder.path).outcome == .intact)
    let directory = try BankDirectory(path: bank.folder.path)
    let read = try bank.records.map { try directory.record(number: $0.number) }
    #expect(read == bank.records)
  }

  /// Both manifests: the key that is changed, its value, what is said of it and of which field.
  static let manifests: [(String, JSONValue, FormatError.Problem, String)] = [
    ("version", 2, .unsupportedVersion(found: "2", supported: "1"), "version"),
    ("features", ["later"], .unsupported(found: "the feature later"), "features[0]"),
  ]

  @Test(arguments: manifests)
  func aManifestOfAnotherVersionIsRefused(
    key: String, value: JSONValue, problem: FormatError.Problem, field: String
  ) throws {
    let index = try IndexManifest(
      bankRoot: bank.manifest.root, embedder: [:], factory: "Flat", dimension: 4, count: 8, search: [:], size: 1,
      sha256: .of([1]))
    try bank.folder.write([1], "index.faiss")
    try bank.folder.write(index.serialized(), "index.json")
    #expect(BankVerifier.verify(path: bank.folder.path).outcome == .intact)

    try bank.folder.write(changed(index.serialized(), "index_sha256", key, value), "index.json")
    var damage = BankVerifier.verify(path: bank.folder.path).damage
    #expect(damage.map(\.kind) == [.indexManifest])
    #expect(damage.first?.message == "index.\(field): \(problem)")
    var error = #expect(throws: FormatError.self) { try IndexManifest(bank: bank.folder.path) }
    #expect(error?.problem == problem)

    let manifest = try #require(bank.contents["manifest.json"])
    try bank.folder.write(changed(manifest, "manifest_sha256", key, value), "manifest.json")
    damage = BankVerifier.verify(path: bank.folder.path).damage
    #expect(damage.map(\.kind) == [.manifest, .indexManifest])
    #expect(damage.first?.message == "manifest.\(field): \(problem)")
    error = #expect(throws: FormatError.self) { try BankDirectory(path: bank.folder.path) }
    #expect(error?.problem == problem)
    #expect(error?.field == "manifest.\(field)")
  }

  private func changed(_ file: [UInt8], _ sumKey: String, _ key: String, _ value: JSONValue) throws -> [UInt8] {
    var object = try #require(try JSONValue.parse(Array(file.dropLast())).objectValue)
    object[key] = value
    return object.sealed(sumKey)
  }
}
