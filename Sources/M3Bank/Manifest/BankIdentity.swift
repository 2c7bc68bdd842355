public import M3Bytes
public import M3JSON

/// What must be known of a bank before its first shard is written.
public struct BankIdentity: Sendable, Equatable {
  /// 16 bytes; see the article "The manifest".
  public let bankID: [UInt8]
  /// SHA-256 of the canonical JSON of producer and codec.
  public let configurationHash: SHA256Digest

  /// - Parameters:
  ///   - producer: what makes the memories.
  ///   - codec: how payloads are coded.
  ///   - inputFingerprint: what the builder says its input is, usually a hash.
  public init(producer: JSONObject, codec: JSONObject, inputFingerprint: String) {
    let configuration: JSONObject = ["codec": .object(codec), "producer": .object(producer)]
    configurationHash = SHA256Digest.of(JSONValue.object(configuration).serialized(.canonical))
    bankID = Array(SHA256Digest.of(configurationHash.bytes + Array(inputFingerprint.utf8)).bytes.prefix(16))
  }

  /// The identity of one of the bank's shards.
  /// - Precondition: the number is at most ``ShardLimits/shardNumber``.
  public func shard(_ number: UInt32) -> ShardIdentity {
    ShardIdentity(shardNumber: number, bankID: bankID, configurationHash: configurationHash.bytes)
  }
}
