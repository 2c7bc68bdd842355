import M3Bytes

/// Sizes and constants of the shard format, version 1 (see the article "The shard format").
enum ShardLayout {
  static let magic = Array("M3SHARD\0".utf8)
  static let endMagic = Array("M3SHEND\0".utf8)
  static let majorVersion: UInt16 = 1
  static let minorVersion: UInt16 = 0

  /// Skippable magic and frame size.
  static let frameHeaderSize = 8
  static let headerSize = 96
  /// Bytes of the header that its sum covers.
  static let headerSumOffset = headerSize - 8
  static let entrySize = 40
  static let keySize = 12
  static let footerSize = 56
  /// Bytes of the footer that its sum covers.
  static let footerSumOffset = 40

  /// Bits of the record number that hold the position in the shard.
  static let positionBits: UInt64 = 20

  /// Bytes of the index from its skippable magic to the footer.
  static func indexLength(recordCount: Int) -> Int {
    frameHeaderSize + (entrySize + keySize) * recordCount
  }

  /// Bytes of a shard that are not records.
  static func overhead(recordCount: Int) -> Int {
    headerSize + indexLength(recordCount: recordCount) + footerSize
  }

  /// The record number of a position.
  static func recordNumber(shard: UInt32, position: Int) -> UInt64 {
    UInt64(shard) << positionBits | UInt64(position)
  }

  /// The part of every record sum's seed that ties a record to its bank.
  static func seed(bankID: [UInt8]) -> UInt64 {
    bankID.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        ^ UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }
}
