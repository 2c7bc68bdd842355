public import M3Bytes
public import M3JSON

extension BankManifest {
  static let format = "m3-bank"
  static let version = 1
  static let seal = SealedFields(
    name: "manifest", format: format, version: version, sumKey: "manifest_sha256", limit: ManifestLimits.size)

  /// The bytes of `manifest.json`: canonical JSON and a line feed.
  public func serialized() -> [UInt8] { BankManifest.seal.serialized(json) }

  /// The manifest's own sum: SHA-256 of its canonical JSON without the key that holds it.
  public var sha256: SHA256Digest { SealedFields.sum(json) }

  /// Everything but the manifest's own sum.
  var json: JSONObject {
    [
      "format": .string(BankManifest.format),
      "version": .integer(Int64(BankManifest.version)),
      "features": .array([]),
      "bank_id": .string(Hexadecimal.string(identity.bankID)),
      "producer": .object(producer),
      "codec": .object(codec),
      "configuration_hash": .string(identity.configurationHash.description),
      "input_fingerprint": .string(inputFingerprint),
      "shards": .array(shards.map { .object($0.json) }),
      "files": .array(files.map { .object($0.json) }),
      "records": .integer(Int64(recordCount)),
      "text_bytes": .integer(Int64(textByteCount)),
      "payload_bytes": .integer(Int64(payloadByteCount)),
      "compressed_bytes": .integer(Int64(compressedByteCount)),
      "root": .string(root.description),
      "logical_root": .string(logicalRoot.description),
    ]
  }
}

extension ShardSummary {
  /// The shard's entry in the manifest; stages keep it in their markers until there is one.
  public var json: JSONObject {
    [
      "name": .string(name),
      "number": .integer(Int64(number)),
      "size": .integer(Int64(size)),
      "sha256": .string(sha256.description),
      "records": .integer(Int64(recordCount)),
      "first_record": .integer(Int64(firstRecord)),
      "last_record": .integer(Int64(lastRecord)),
      "text_bytes": .integer(Int64(textByteCount)),
      "payload_bytes": .integer(Int64(payloadByteCount)),
      "compressed_bytes": .integer(Int64(compressedByteCount)),
      "logical_sha256": .string(logicalSHA256.description),
    ]
  }
}

extension BankManifest.File {
  var json: JSONObject {
    [
      "name": .string(name),
      "role": .string(role),
      "size": .integer(Int64(size)),
      "sha256": .string(sha256.description),
    ]
  }
}
