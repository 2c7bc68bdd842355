public import M3Bytes

/// What the manifest says about a shard.
public struct ShardSummary: Sendable, Equatable {
  public let number: UInt32
  /// Bytes of the file.
  public let size: UInt64
  /// SHA-256 of the file.
  public let sha256: SHA256Digest
  public let recordCount: Int
  /// UTF-8 bytes of all texts.
  public let textByteCount: UInt64
  /// Bytes of all payloads before compression.
  public let payloadByteCount: UInt64
  /// Bytes of all zstd frames.
  public let compressedByteCount: UInt64
  /// SHA-256 over the raw records with their numbers; the same whatever zstd's version makes of them.
  public let logicalSHA256: SHA256Digest

  package init(
    number: UInt32, size: UInt64, sha256: SHA256Digest, recordCount: Int, textByteCount: UInt64,
    payloadByteCount: UInt64, compressedByteCount: UInt64, logicalSHA256: SHA256Digest
  ) {
    self.number = number
    self.size = size
    self.sha256 = sha256
    self.recordCount = recordCount
    self.textByteCount = textByteCount
    self.payloadByteCount = payloadByteCount
    self.compressedByteCount = compressedByteCount
    self.logicalSHA256 = logicalSHA256
  }

  /// The shard's file name.
  public var name: String { ShardName.string(number) }
  public var firstRecord: UInt64 { ShardLayout.recordNumber(shard: number, position: 0) }
  public var lastRecord: UInt64 { ShardLayout.recordNumber(shard: number, position: recordCount - 1) }
}

/// Sums up records in their order.
struct ShardTally {
  private(set) var recordCount = 0
  private(set) var textByteCount: UInt64 = 0
  private(set) var payloadByteCount: UInt64 = 0
  private(set) var compressedByteCount: UInt64 = 0
  private var hasher = SHA256Hasher()

  mutating func add(number: UInt64, raw: [UInt8], textLength: Int, payloadLength: Int, compressedLength: Int) {
    recordCount += 1
    textByteCount += UInt64(textLength)
    payloadByteCount += UInt64(payloadLength)
    compressedByteCount += UInt64(compressedLength)
    var head = ByteWriter(capacity: 12)
    head.integer(number)
    head.integer(UInt32(raw.count))
    hasher.update(head.bytes)
    hasher.update(raw)
  }

  func summary(number: UInt32, size: UInt64, sha256: SHA256Digest) -> ShardSummary {
    ShardSummary(
      number: number, size: size, sha256: sha256, recordCount: recordCount, textByteCount: textByteCount,
      payloadByteCount: payloadByteCount, compressedByteCount: compressedByteCount, logicalSHA256: hasher.finish())
  }
}
