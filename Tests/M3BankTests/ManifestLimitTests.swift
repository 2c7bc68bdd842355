import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

/// Both ends of every range that a manifest's values have, read from a file and given by a program.
@Suite struct ManifestLimitTests {
  struct Limit: Sendable, CustomTestStringConvertible {
    var key: String
    var low: Int64
    var high: Int64
    var testDescription: String { key }
  }

  static let limits: [Limit] = [
    Limit(key: "number", low: 0, high: 99_999), Limit(key: "size", low: 1, high: 1 << 30),
    Limit(key: "records", low: 1, high: 1 << 20), Limit(key: "text_bytes", low: 0, high: 1 << 36),
    Limit(key: "payload_bytes", low: 0, high: 1 << 46), Limit(key: "compressed_bytes", low: 1, high: 1 << 30),
  ]

  static let summary = ShardSummary(
    number: 0, size: 1_000, sha256: .of([]), recordCount: 1, textByteCount: 1, payloadByteCount: 1,
    compressedByteCount: 1, logicalSHA256: .of([]))

  @Test(arguments: limits) func valuesOfAShardThatAreRead(limit: Limit) {
    func field(_ value: Int64) -> String? {
      var json = Self.summary.json
      json[limit.key] = .integer(value)
      do throws(FormatError) {
        _ = try ShardSummary(json: json)
        return nil
      } catch {
        return error.field
      }
    }
    for value in [limit.low - 1, limit.high + 1, .min, .max] { #expect(field(value) == "shard.\(limit.key)") }
    // Another number gives another name and other record numbers: those are what is wrong then.
    for value in [limit.low, limit.high] { #expect(field(value) != "shard.\(limit.key)") }
  }

  @Test func valuesOfAShardThatAreGiven() throws {
    let summary = Self.summary
    func with(
      size: UInt64 = 1_000, records: Int = 1, text: UInt64 = 1, payload: UInt64 = 1, compressed: UInt64 = 1
    ) -> ShardSummary {
      ShardSummary(
        number: 0, size: size, sha256: summary.sha256, recordCount: records, textByteCount: text,
        payloadByteCount: payload, compressedByteCount: compressed, logicalSHA256: summary.logicalSHA256)
    }
    let table: [(key: String, shard: ShardSummary)] = [
      ("size", with(size: 0)), ("size", with(size: 1 << 30 + 1)), ("records", with(records: 0)),
      ("records", with(records: 1 << 20 + 1)), ("text_bytes", with(text: 1 << 36 + 1)),
      ("payload_bytes", with(payload: 1 << 46 + 1)), ("compressed_bytes", with(compressed: 0)),
      ("compressed_bytes", with(compressed: 1 << 30 + 1)),
    ]
    for (key, shard) in table {
      let error = #expect(throws: FormatError.self) { try manifest(shards: [shard]) }
      #expect(error?.field == "manifest.shards[0].\(key)")
    }
    let most = with(size: 1 << 30, records: 1 << 20, text: 1 << 36, payload: 1 << 46, compressed: 1 << 30)
    #expect(try manifest(shards: [most]).recordCount == 1 << 20)
  }

  @Test func shardsAndFilesHaveALimit() throws {
    let summary = Self.summary
    let shards = (0...100_000).map { number in
      ShardSummary(
        number: UInt32(number), size: 1, sha256: summary.sha256, recordCount: 1, textByteCount: 0, payloadByteCount: 0,
        compressedByteCount: 1, logicalSHA256: summary.logicalSHA256)
    }
    let error = #expect(throws: FormatError.self) { try manifest(shards: shards) }
    #expect(error?.field == "manifest.shards")
    let files = (0...1_024).map { BankManifest.File(name: "f\($0)", role: "f\($0)", size: 0, sha256: .of([])) }
    #expect(try manifest(files: Array(files.dropLast())).files.count == 1_024)
    let tooMany = #expect(throws: FormatError.self) { try manifest(files: files) }
    #expect(tooMany?.field == "manifest.files")
    let large = BankManifest.File(name: "a", role: "a", size: 1 << 53 + 1, sha256: .of([]))
    let tooLarge = #expect(throws: FormatError.self) { try manifest(files: [large]) }
    #expect(tooLarge?.field == "manifest.files[0].size")
  }

  @Test(arguments: [
    ("1a", false), ("-a", false), ("a-_9", true), (String(repeating: "r", count: 64), true),
    (String(repeating: "r", count: 65), false), ("r\u{E9}", false),
  ])
  func rolesHaveAGrammar(role: String, isOne: Bool) {
    let file = BankManifest.File(name: "a", role: role, size: 0, sha256: .of([]))
    #expect((try? manifest(files: [file]))?.files == (isOne ? [file] : nil))
  }

  @Test(arguments: [
    ("a", true), ("9.m3", true), ("_a", false), ("-a", false), (String(repeating: "n", count: 128), true),
    (String(repeating: "n", count: 129), false), ("index.json", false), ("index.faiss", false), ("index.faiss2", true),
    ("manifest.json", false), ("manifest.json2", true), ("shard-", false), ("shard", true),
  ])
  func namesHaveAGrammar(name: String, isOne: Bool) {
    let file = BankManifest.File(name: name, role: "a", size: 0, sha256: .of([]))
    #expect((try? manifest(files: [file]))?.files == (isOne ? [file] : nil))
  }

  @Test func valuesOfAnIndexThatAreGiven() {
    func field(
      factory: String = "Flat", dimension: Int = 4, count: Int = 8, search: [String: Int] = [:], size: UInt64 = 1
    ) -> String? {
      do throws(FormatError) {
        _ = try IndexManifest(
          bankRoot: .of([]), embedder: [:], factory: factory, dimension: dimension, count: count, search: search,
          size: size, sha256: .of([]))
        return nil
      } catch {
        return error.field
      }
    }
    let parameters = Dictionary(uniqueKeysWithValues: (0...16).map { ("p\($0)", 1) })
    #expect(field(search: parameters) == "index.search")
    #expect(field(search: ["p": 1 << 30 + 1]) == "index.search.p")
    #expect(field(search: ["p": 0]) == "index.search.p")
    #expect(field(factory: "") == "index.factory")
    #expect(field(factory: String(repeating: "x", count: 257)) == "index.factory")
    #expect(field(dimension: 0) == "index.dimension")
    #expect(field(dimension: 65_537) == "index.dimension")
    #expect(field(count: 0) == "index.count")
    #expect(field(count: 100_000 << 20 + 1) == "index.count")
    #expect(field(size: 0) == "index.file.size")
    #expect(field(size: 1 << 53 + 1) == "index.file.size")
    #expect(field(count: 100_000 << 20) == nil)
    #expect(field(dimension: 65_536, search: ["p": 1 << 30], size: 1 << 53) == nil)
  }

  private func manifest(shards: [ShardSummary] = [], files: [BankManifest.File] = []) throws -> BankManifest {
    try BankManifest(producer: [:], codec: [:], inputFingerprint: "x", shards: shards, files: files)
  }
}
