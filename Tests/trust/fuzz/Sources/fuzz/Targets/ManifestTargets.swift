import M3Bank
import M3Bytes
import M3JSON
import M3Memory
import M3TestSupport

/// `manifest.json` of a bank.
enum ManifestTarget: FuzzTarget {
  static let name = "manifest"

  static var seeds: [[UInt8]] {
    func digest(_ text: String) -> SHA256Digest { SHA256Digest.of(Array(text.utf8)) }
    let shards = (0..<2).map { number in
      ShardSummary(
        number: UInt32(number), size: 1000, sha256: digest("a\(number)"), recordCount: 3, textByteCount: 40,
        payloadByteCount: 100, compressedByteCount: 120, logicalSHA256: digest("b\(number)"))
    }
    let files = [BankManifest.File(name: "bos.m3m", role: "bos_memory", size: 100, sha256: digest("c"))]
    return [[], shards].compactMap {
      try? BankManifest(
        producer: SmallMemories.producer.json, codec: ["name": "int4", "longest_reference": 5], inputFingerprint: "f",
        shards: $0, files: $0.isEmpty ? [] : files
      ).serialized()
    }
  }

  static func run(_ bytes: [UInt8]) throws {
    let manifest = try BankManifest.parse(bytes)
    expect(manifest.serialized() == bytes, "a manifest of other bytes")
    expect(try manifest.adding([]) == manifest, "a manifest that differs from itself")
    expect(manifest.shards.indices.allSatisfy { manifest.shards[$0].number == UInt32($0) }, "shards out of order")
    _ = (manifest.recordCount, manifest.textByteCount, manifest.payloadByteCount, manifest.compressedByteCount)
    for file in manifest.files {
      expect(!file.name.contains("/") && !file.name.hasPrefix("."), "a name that leaves the folder: \(file.name)")
    }
    for shard in manifest.shards { expect(try ShardSummary(json: shard.json) == shard, "two summaries of one shard") }
    // What a reader does next.
    let producer = try Producer(json: manifest.producer)
    expect(try Producer(json: producer.json) == producer, "two producers of one manifest")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    let mutated = JSONMutation.mutate(bytes, limit: limit, random: &random)
    return random.once(in: 8) ? mutated : derived(reseal(mutated), random: &random)
  }

  /// The manifest that follows from the mutated one's shards, files, producer and codec, where there is one: what can be
  /// computed is compared, so that a single change is nearly always refused.
  private static func derived(_ bytes: [UInt8], random: inout Randomness) -> [UInt8] {
    guard !random.once(in: 4), case .object(let object)? = try? JSONValue.parse(bytes),
      let shards = object["shards"]?.arrayValue, let files = object["files"]?.arrayValue
    else { return bytes }
    let summaries = shards.compactMap { $0.objectValue }.compactMap { summary($0) }
    let listed = files.compactMap { $0.objectValue }.compactMap { file($0) }
    let manifest = try? BankManifest(
      producer: object["producer"]?.objectValue ?? [:], codec: object["codec"]?.objectValue ?? [:],
      inputFingerprint: object["input_fingerprint"]?.stringValue ?? "f", shards: summaries, files: listed)
    return manifest?.serialized() ?? bytes
  }

  private static func summary(_ json: JSONObject) -> ShardSummary? {
    func count(_ key: String) -> UInt64 { UInt64(clamping: json[key]?.integerValue ?? 0) }
    guard let number = UInt32(exactly: count("number")) else { return nil }
    return ShardSummary(
      number: number, size: count("size"), sha256: digest(json, "sha256"), recordCount: Int(clamping: count("records")),
      textByteCount: count("text_bytes"), payloadByteCount: count("payload_bytes"),
      compressedByteCount: count("compressed_bytes"), logicalSHA256: digest(json, "logical_sha256"))
  }

  private static func file(_ json: JSONObject) -> BankManifest.File? {
    BankManifest.File(
      name: json["name"]?.stringValue ?? "", role: json["role"]?.stringValue ?? "",
      size: UInt64(clamping: json["size"]?.integerValue ?? 0), sha256: digest(json, "sha256"))
  }

  private static func digest(_ json: JSONObject, _ key: String) -> SHA256Digest {
    json[key]?.stringValue.flatMap(SHA256Digest.init(hexadecimal:)) ?? SHA256Digest.of([])
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { Sealing.manifest(bytes, key: "manifest_sha256") }
}

/// `index.json` of a retrieval index.
enum IndexManifestTarget: FuzzTarget {
  static let name = "index-manifest"

  static var seeds: [[UInt8]] {
    let manifest = try? IndexManifest(
      bankRoot: SHA256Digest.of([1]), embedder: ["type": "bert"], factory: "HNSW32", dimension: 384, count: 6,
      search: ["efSearch": 64, "nprobe": 3], size: 1000, sha256: SHA256Digest.of([2]))
    return manifest.map { [$0.serialized()] } ?? []
  }

  static func run(_ bytes: [UInt8]) throws {
    let manifest = try IndexManifest.parse(bytes)
    expect(manifest.serialized() == bytes, "an index manifest of other bytes")
  }

  static func mutate(_ bytes: [UInt8], limit: Int, random: inout Randomness) -> [UInt8] {
    let mutated = JSONMutation.mutate(bytes, limit: limit, random: &random)
    return random.once(in: 8) ? mutated : reseal(mutated)
  }

  static func reseal(_ bytes: [UInt8]) -> [UInt8] { Sealing.manifest(bytes, key: "index_sha256") }
}
