import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite struct BankManifestTests {
  let bank: SampleBank
  let bytes: [UInt8]

  init() throws {
    bank = try SampleBank()
    bytes = try bank.folder.read("manifest.json")
  }

  @Test func parsesWhatItWrote() throws {
    #expect(bytes == bank.manifest.serialized())
    let parsed = try BankManifest.parse(bytes)
    #expect(parsed == bank.manifest)
    #expect(parsed.serialized() == bytes)
    #expect(parsed.shards.map(\.number) == [0, 1])
    #expect(parsed.files.map(\.name) == ["bos.m3m", "codebook.m3c"])
    #expect(parsed.recordCount == 8)
  }

  /// The roots as anyone would compute them with `sha256sum`.
  @Test func rootsAreThoseOfTheListing() throws {
    let names = ["bos.m3m", "codebook.m3c", "shard-00000.m3s", "shard-00001.m3s"]
    let lines = try names.map { "\(SHA256Digest.of(try bank.folder.read($0)))  \($0)\n" }.joined()
    #expect(bank.manifest.root == SHA256Digest.of(Array(lines.utf8)))
    let logical = bank.manifest.shards.map { "\($0.logicalSHA256)  \($0.name)\n" }.joined()
    #expect(bank.manifest.logicalRoot == SHA256Digest.of(Array(logical.utf8)))
  }

  @Test func identityFollowsFromTheSettings() {
    let canonical = #"{"codec":{"bits":8,"name":"int8"},"producer":{"layers":[0,1,5],"model":"tiny","rope":true}}"#
    let configuration = SHA256Digest.of(Array(canonical.utf8))
    #expect(SampleBank.identity.configurationHash == configuration)
    let id = SHA256Digest.of(configuration.bytes + Array("sample input".utf8)).bytes.prefix(16)
    #expect(SampleBank.identity.bankID == Array(id))
  }

  @Test func everyBitFlipIsFound() {
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try BankManifest.parse(damaged) }
    }
  }

  @Test func everyTruncationIsFound() {
    for length in 0..<bytes.count {
      #expect(throws: FormatError.self, "length \(length)") { try BankManifest.parse(Array(bytes[..<length])) }
    }
    #expect(throws: FormatError.self) { try BankManifest.parse(bytes + [0x0A]) }
  }

  /// A manifest with one value changed, and its own sum made to fit.
  struct Forgery: CustomTestStringConvertible, Sendable {
    var field: String
    var edit: @Sendable (inout JSONObject) -> Void
    var testDescription: String { field }

    init(_ field: String, _ edit: @escaping @Sendable (inout JSONObject) -> Void) {
      self.field = field
      self.edit = edit
    }

    /// Changes a key of one object in an array of the manifest. A name out of order is found at the next one.
    static func member(
      _ array: String, _ place: Int, _ key: String, _ value: JSONValue?, foundAt: Int? = nil
    ) -> Forgery {
      Forgery("manifest.\(array)[\(foundAt ?? place)].\(key)") { manifest in
        guard var values = manifest[array]?.arrayValue, var object = values[place].objectValue else { return }
        object[key] = value
        values[place] = .object(object)
        manifest[array] = .array(values)
      }
    }

    static func top(_ key: String, _ value: JSONValue?, field: String? = nil) -> Forgery {
      Forgery("manifest.\(field ?? key)") { $0[key] = value }
    }
  }

  static let other = JSONValue.string(String(repeating: "ab", count: 32))

  static let forgeries: [Forgery] = [
    .top("format", "tar"), .top("format", nil), .top("version", 2), .top("version", "1"),
    .top("features", ["entropy"], field: "features[0]"), .top("features", [1], field: "features[0]"),
    .top("bank_id", "00"), .top("configuration_hash", other), .top("input_fingerprint", ""),
    .top("input_fingerprint", .string(String(repeating: "x", count: 1_025))),
    .top("input_fingerprint", "another", field: "bank_id"),
    .top("producer", []), .top("producer", ["a": .null], field: "producer.a"),
    .top("codec", ["rate": .number("0.5")], field: "codec.rate"),
    .top("codec", ["rates": [1, .number("0.5")]], field: "codec.rates[1]"),
    .top("records", 9), .top("records", nil), .top("text_bytes", 0), .top("payload_bytes", 0),
    .top("compressed_bytes", 0), .top("root", other), .top("logical_root", other), .top("extra", 1),
    .top("shards", 1), .top("shards", [1], field: "shards[0]"), .top("files", nil),
    .member("shards", 0, "number", 1), .member("shards", 1, "number", 2), .member("shards", 1, "number", 100_000),
    .member("shards", 0, "name", "../shard-00000.m3s"), .member("shards", 0, "name", nil),
    .member("shards", 0, "size", 0), .member("shards", 0, "size", .integer(1 << 30 + 1)),
    .member("shards", 0, "size", .number("1e3")), .member("shards", 0, "size", -1),
    .member("shards", 0, "sha256", "AB"), .member("shards", 0, "records", 0),
    .member("shards", 0, "records", .integer(1 << 20 + 1)), .member("shards", 1, "first_record", 0),
    .member("shards", 1, "last_record", 0), .member("shards", 0, "text_bytes", .integer(.max)),
    .member("shards", 0, "payload_bytes", .integer(.max)), .member("shards", 0, "compressed_bytes", 0),
    .member("shards", 0, "logical_sha256", nil), .member("shards", 0, "extra", true),
    .member("files", 0, "name", "../bos.m3m"), .member("files", 0, "name", "/etc/passwd"),
    .member("files", 0, "name", ""), .member("files", 0, "name", "."), .member("files", 0, "name", ".hidden"),
    .member("files", 0, "name", "Bos.m3m"), .member("files", 0, "name", "a\u{0}b"), .member("files", 0, "name", "a/b"),
    .member("files", 0, "name", .string(String(repeating: "a", count: 129))),
    .member("files", 0, "name", "manifest.json", foundAt: 1),
    .member("files", 0, "name", "shard-00009.m3s", foundAt: 1),
    .member("files", 1, "name", "index.faiss"), .member("files", 1, "name", "index.json"),
    .member("files", 1, "name", "signature.json"), .member("files", 1, "name", "index-signature.json"),
    .member("files", 1, "name", "bos.m3m"), .member("files", 0, "name", "zzz", foundAt: 1),
    .member("files", 0, "role", ""), .member("files", 0, "role", "codebook", foundAt: 1),
    .member("files", 0, "role", "a b"),
    .member("files", 0, "size", .integer(1 << 53 + 1)), .member("files", 0, "size", -1),
    .member("files", 0, "sha256", 1),
    .member("files", 0, "extra", 1),
  ]

  @Test(arguments: forgeries) func forgeriesAreRefused(forgery: Forgery) throws {
    var honest = try #require(try JSONValue.parse(Array(bytes.dropLast())).objectValue)
    honest["manifest_sha256"] = nil
    var forged = honest
    forgery.edit(&forged)
    try #require(forged != honest)
    let error = #expect(throws: FormatError.self) { try BankManifest.parse(forged.sealed("manifest_sha256")) }
    #expect(error?.field == forgery.field)
  }

  /// What another format or version is, is said as such.
  @Test func formatAndVersionComeFirst() throws {
    let honest = try #require(try JSONValue.parse(Array(bytes.dropLast())).objectValue)
    let cases: [(key: String, value: JSONValue, problem: FormatError.Problem)] = [
      ("format", "tar", .wrongMagic(found: "tar")),
      ("version", 2, .unsupportedVersion(found: "2", supported: "1")),
      ("features", ["entropy"], .unsupported(found: "the feature entropy")),
    ]
    for (key, value, problem) in cases {
      var later = honest
      later[key] = value
      let error = #expect(throws: FormatError.self) {
        try BankManifest.parse(JSONValue.object(later).serialized(.canonical) + [0x0A])
      }
      #expect(error?.problem == problem)
    }
  }

  @Test func theLineFeedBelongsToIt() {
    let error = #expect(throws: FormatError.self) { try BankManifest.parse(Array(bytes.dropLast())) }
    #expect(error?.problem == .malformed("no line feed at the end"))
    #expect(error?.byteOffset == UInt64(bytes.count - 1))
    #expect(throws: FormatError.self) { try BankManifest.parse(Array(bytes.dropLast()) + [0x20]) }
    #expect(throws: FormatError.self) { try BankManifest.parse([]) }
  }

  @Test func aManifestOverTheLimitIsNotParsed() {
    let limit = 1 << 26
    let error = #expect(throws: FormatError.self) {
      try BankManifest.parse([UInt8](repeating: 0x0A, count: limit + 1))
    }
    #expect(error?.problem == .outOfRange(found: "\(limit + 1) bytes", allowed: "\(limit)"))
  }

  @Test func theOwnSumIsChecked() throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let forged = text.replacing("\"role\":\"bos\"", with: "\"role\":\"box\"")
    try #require(forged != text)
    let error = #expect(throws: FormatError.self) { try BankManifest.parse(Array(forged.utf8)) }
    #expect(error?.field == "manifest.manifest_sha256")
  }

  @Test func anotherSpellingIsRefused() throws {
    let pretty = try JSONValue.parse(Array(bytes.dropLast())).serialized(.pretty)
    let error = #expect(throws: FormatError.self) { try BankManifest.parse(pretty) }
    #expect(error?.problem == .malformed("not in canonical form"))
    #expect(error?.byteOffset == 1)
  }

  @Test func gapsInTheShardsAreRefused() throws {
    let error = #expect(throws: FormatError.self) { try bank.manifest(shards: [bank.manifest.shards[1]]) }
    #expect(error?.field == "manifest.shards[0].number")
    let twice = #expect(throws: FormatError.self) {
      try bank.manifest(shards: [bank.manifest.shards[0], bank.manifest.shards[0]])
    }
    #expect(twice?.field == "manifest.shards[1].number")
  }

  @Test func aFileNameThatStandsTwiceIsRefused() throws {
    let file = BankManifest.File(name: "bos.m3m", role: "other", size: 1, sha256: SHA256Digest.of([1]))
    let error = #expect(throws: FormatError.self) { try bank.manifest(files: bank.manifest.files + [file]) }
    #expect(error?.field == "manifest.files[1].name")
    #expect(error?.problem == .duplicate("bos.m3m"))
  }

  @Test func filesCanBeAddedAndReplaced() throws {
    let notes = BankManifest.File(name: "notes.txt", role: "notes", size: 1, sha256: SHA256Digest.of([1]))
    let added = try bank.manifest.adding([notes])
    #expect(added.files.map(\.role) == ["bos", "codebook", "notes"])
    #expect(added.root != bank.manifest.root)
    #expect(added.logicalRoot == bank.manifest.logicalRoot)
    let newer = BankManifest.File(name: "notes2.txt", role: "notes", size: 1, sha256: SHA256Digest.of([1]))
    #expect(try added.adding([newer]).files.map(\.name) == ["bos.m3m", "codebook.m3c", "notes2.txt"])
  }

  @Test func aShardSummaryGoesThroughJSON() throws {
    for shard in bank.manifest.shards {
      #expect(try ShardSummary(json: shard.json) == shard)
      var forged = shard.json
      forged["last_record"] = 0
      let error = #expect(throws: FormatError.self) { try ShardSummary(json: forged) }
      #expect(error?.field == (shard.lastRecord == 0 ? nil : "shard.last_record"))
    }
  }

  @Test func aBankWithoutRecordsIsABank() throws {
    let empty = try BankManifest(producer: [:], codec: [:], inputFingerprint: "none", shards: [], files: [])
    #expect(try BankManifest.parse(empty.serialized()) == empty)
    #expect(empty.root == SHA256Digest.of([]))
  }
}
