import M3Bytes

/// Which shard of which bank, made with which settings.
public struct ShardIdentity: Sendable, Equatable {
  /// 0 … ``ShardLimits/shardNumber``.
  public let shardNumber: UInt32
  /// 16 bytes.
  public let bankID: [UInt8]
  /// 32 bytes: SHA-256 of the canonical JSON of producer and codec.
  public let configurationHash: [UInt8]

  /// - Precondition: the lengths and the number are as above.
  public init(shardNumber: UInt32, bankID: [UInt8], configurationHash: [UInt8]) {
    precondition(shardNumber <= ShardLimits.shardNumber, "shard number of more than five digits")
    precondition(bankID.count == 16, "a bank id has 16 bytes")
    precondition(configurationHash.count == 32, "a configuration hash has 32 bytes")
    self.shardNumber = shardNumber
    self.bankID = bankID
    self.configurationHash = configurationHash
  }

  /// The shard's file name, such as `shard-00042.m3s`.
  public var fileName: String { ShardName.string(shardNumber) }

  /// The first field that differs from what was expected, both sides printed.
  func requireMatch(_ expected: ShardIdentity) throws(FormatError) {
    try ShardIdentity.require(bankID, expected.bankID, "bank id", at: ShardHeader.Offset.bankID)
    try ShardIdentity.require(
      configurationHash, expected.configurationHash, "configuration hash", at: ShardHeader.Offset.configurationHash)
    guard shardNumber == expected.shardNumber else {
      throw FormatError(
        .mismatch(expected: "\(expected.shardNumber)", found: "\(shardNumber)"), field: "shard number",
        at: UInt64(ShardHeader.Offset.shardNumber))
    }
  }

  private static func require(
    _ found: [UInt8], _ expected: [UInt8], _ field: String, at offset: Int
  ) throws(FormatError) {
    guard found == expected else {
      throw FormatError(
        .mismatch(expected: Hexadecimal.string(expected), found: Hexadecimal.string(found)), field: field,
        at: UInt64(offset))
    }
  }
}
