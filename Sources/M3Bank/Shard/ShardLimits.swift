/// What the shard format allows; a reader checks each before it allocates.
public enum ShardLimits {
  /// Five digits in a shard's name.
  public static let shardNumber: UInt32 = 99_999
  /// Records in one shard: 20 bits of the record number.
  public static let recordCount = 1 << 20
  /// Bytes of a shard file.
  public static let fileSize = 1 << 30
  /// Bytes of a compressed frame, and of a raw record. A dense bf16 memory of a 7B model is 16 MiB.
  public static let recordSize = 1 << 26
  /// UTF-8 bytes of a record's id.
  public static let idLength = 4_096
  /// Bytes of a record's source.
  public static let sourceLength = 1 << 20
  /// UTF-8 bytes of a record's text.
  public static let textLength = 1 << 16
}
