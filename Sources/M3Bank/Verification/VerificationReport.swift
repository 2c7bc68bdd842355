public import M3Bytes
public import M3JSON

/// What a verification saw and found.
public struct VerificationReport: Sendable {
  public let level: BankVerifier.Level
  /// Who must have signed; nil where the caller does not know.
  public let publicKey: VerificationKey?
  /// All damage that was found, by file in the order of the manifest, then by place.
  public internal(set) var damage: [Damage] = []
  /// Files that could not be read; of their content nothing is known.
  public internal(set) var fileErrors: [FileError] = []
  /// The root that the manifest names; nil where the manifest cannot be trusted.
  public internal(set) var root: SHA256Digest?
  public internal(set) var logicalRoot: SHA256Digest?
  /// SHA-256 of the manifest as it names it.
  public internal(set) var manifestSHA256: SHA256Digest?
  /// Files that were looked at, the manifest among them.
  public internal(set) var fileCount = 0
  public internal(set) var shardCount = 0
  /// Records that were decompressed and checked; 0 at level `quick`.
  public internal(set) var recordCount = 0
  /// Bytes of the files that were looked at.
  public internal(set) var byteCount: UInt64 = 0

  /// Keys that are said to have signed the bank and its index; nil where there is no signature, or a damaged one.
  public internal(set) var bankSigner: VerificationKey?
  public internal(set) var indexSigner: VerificationKey?
  /// Whether there is a retrieval index.
  public internal(set) var hasIndex = false

  init(level: BankVerifier.Level, publicKey: VerificationKey?) {
    self.level = level
    self.publicKey = publicKey
  }

  /// What follows from it all.
  public enum Outcome: String, Sendable {
    case intact
    /// Something is wrong with the bytes, whatever else could not be read.
    case damaged
    /// No damage was seen, but something could not be read.
    case unreadable
  }

  public var outcome: Outcome {
    if !damage.isEmpty { return .damaged }
    return fileErrors.isEmpty ? .intact : .unreadable
  }

  /// For other programs; the same bank gives the same bytes.
  public var json: JSONValue {
    var object: JSONObject = [
      "level": .string(level.rawValue),
      "outcome": .string(outcome.rawValue),
      "files": .integer(Int64(fileCount)),
      "shards": .integer(Int64(shardCount)),
      "records": .integer(Int64(recordCount)),
      "bytes": .integer(Int64(clamping: byteCount)),
      "damage": .array(damage.map(\.json)),
      "unreadable": .array(fileErrors.map { .string($0.description) }),
    ]
    object["signature"] = .object(signatureJSON)
    object["root"] = root.map { .string($0.description) }
    object["logical_root"] = logicalRoot.map { .string($0.description) }
    object["manifest_sha256"] = manifestSHA256.map { .string($0.description) }
    return .object(object)
  }
}

extension Damage {
  var json: JSONValue {
    var object: JSONObject = [
      "kind": .string(kind.rawValue),
      "file": .string(file),
      "message": .string(message),
    ]
    object["shard"] = shard.map { .integer(Int64($0)) }
    object["record"] = record.map { .integer(Int64(clamping: $0)) }
    object["byte_offset"] = byteOffset.map { .integer(Int64(clamping: $0)) }
    return .object(object)
  }
}

extension Damage: CustomStringConvertible {
  public var description: String {
    var place = [file]
    if let record { place.append("record \(record)") }
    if let byteOffset { place.append("byte \(byteOffset)") }
    return "\(place.joined(separator: ", ")): \(kind.rawValue): \(message)"
  }
}
