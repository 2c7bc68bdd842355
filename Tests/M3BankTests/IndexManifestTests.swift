import M3Bank
import M3Bytes
import M3JSON
import M3TestSupport
import Testing

@Suite struct IndexManifestTests {
  private static let embedder: JSONObject = ["description": "words", "sha256": "00"]

  private static func manifest(
    embedder: JSONObject = embedder, factory: String = "HNSW32", dimension: Int = 384, count: Int = 8,
    search: [String: Int] = ["efSearch": 64], size: UInt64 = 5
  ) throws(FormatError) -> IndexManifest {
    try IndexManifest(
      bankRoot: .of([1]), embedder: embedder, factory: factory, dimension: dimension, count: count, search: search,
      size: size, sha256: .of([2]))
  }

  /// The JSON with some members changed, its own sum made right again.
  private static func resealed(_ change: (inout JSONObject) throws -> Void) throws -> [UInt8] {
    var object = try JSONFields(JSONValue.parse(manifest().serialized()), path: "index").object
    try change(&object)
    return object.sealed("index_sha256")
  }

  @Test func itIsReadAsItWasWritten() throws {
    let manifest = try Self.manifest()
    #expect(try IndexManifest.parse(manifest.serialized()) == manifest)
    #expect(try IndexManifest.parse(Self.resealed { _ in }) == manifest)
  }

  @Test func itIsWhatTheArticleSays() throws {
    let (root, file) = (SHA256Digest.of([1]), SHA256Digest.of([2]))
    let head = #"{"bank_root":"\#(root)","count":8,"dimension":384,"embedder":{"description":"words","sha256":"00"},"#
    let middle = #""factory":"HNSW32","features":[],"file":{"name":"index.faiss","sha256":"\#(file)","size":5},"#
    let end = #""metric":"inner_product","search":{"efSearch":64},"version":1}"#
    let sum = SHA256Digest.of(Array((head + middle + #""format":"m3-index","# + end).utf8))
    let text = head + middle + #""format":"m3-index","index_sha256":"\#(sum)","# + end + "\n"
    #expect(String(decoding: try Self.manifest().serialized(), as: UTF8.self) == text)
  }

  @Test func everyBitFlipIsRefused() throws {
    let bytes = try Self.manifest().serialized()
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: FormatError.self, "bit \(bit)") { try IndexManifest.parse(damaged) }
    }
    for length in bytes.indices {
      #expect(throws: FormatError.self) { try IndexManifest.parse(Array(bytes[..<length])) }
    }
  }

  @Test func whatIsNotOfThisVersionIsRefusedByName() throws {
    let table: [(field: String, change: (inout JSONObject) throws -> Void)] = [
      ("index.format", { $0["format"] = "m3-bank" }),
      ("index.version", { $0["version"] = 2 }),
      ("index.features[0]", { $0["features"] = ["gpu"] }),
      ("index.metric", { $0["metric"] = "l2" }),
      ("index.file.name", { $0["file"] = .object(try file($0, "name", "../index.faiss")) }),
      ("index.file.size", { $0["file"] = .object(try file($0, "size", 0)) }),
      ("index.file.size", { $0["file"] = .object(try file($0, "size", -1)) }),
      ("index.file.size", { $0["file"] = .object(try file($0, "size", .integer(1 << 53 + 1))) }),
      ("index.file.more", { $0["file"] = .object(try file($0, "more", 1)) }),
      ("index.file.sha256", { $0["file"] = .object(try file($0, "sha256", "00")) }),
      ("index.bank_root", { $0["bank_root"] = nil }),
      ("index.count", { $0["count"] = 0 }),
      ("index.count", { $0["count"] = "8" }),
      ("index.dimension", { $0["dimension"] = 65_537 }),
      ("index.factory", { $0["factory"] = "" }),
      ("index.search.nprobe", { $0["search"] = ["nprobe": 0] }),
      ("index.search.efSearch", { $0["search"] = ["efSearch": "64"] }),
      ("index.embedder.scale", { $0["embedder"] = ["scale": .number("0.5")] }),
      ("index.made_by", { $0["made_by"] = "x" }),
    ]
    for (field, change) in table {
      #expect {
        try IndexManifest.parse(Self.resealed(change))
      } throws: { error in
        (error as? FormatError)?.field == field
      }
    }
    func file(_ object: JSONObject, _ key: String, _ value: JSONValue) throws -> JSONObject {
      var file = try #require(object["file"]?.objectValue)
      file[key] = value
      return file
    }
  }

  @Test func whatCannotBeReadBackIsNotMade() {
    #expect(throws: FormatError.self) { try Self.manifest(factory: String(repeating: "x", count: 257)) }
    #expect(throws: FormatError.self) { try Self.manifest(dimension: 0) }
    #expect(throws: FormatError.self) { try Self.manifest(count: 0) }
    #expect(throws: FormatError.self) { try Self.manifest(search: ["nprobe": 0]) }
    #expect(throws: FormatError.self) { try Self.manifest(size: 0) }
    #expect(throws: FormatError.self) { try Self.manifest(embedder: ["x": .null]) }
  }
}
