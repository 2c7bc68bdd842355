import M3Bytes

/// The 96 bytes at the start of a shard.
struct ShardHeader {
  enum Offset {
    static let magic = 8
    static let majorVersion = 16
    static let incompatibleFeatures = 20
    static let compatibleFeatures = 24
    static let recordCount = 28
    static let shardNumber = 32
    static let reserved = 36
    static let bankID = 40
    static let configurationHash = 56
  }

  /// Incompatible features that this program knows: none yet.
  static let knownIncompatibleFeatures: UInt32 = 0

  let identity: ShardIdentity
  let recordCount: Int
  /// XXH3-64 of the bytes before it; the footer repeats it.
  let sum: UInt64

  init(identity: ShardIdentity, recordCount: Int) {
    self.identity = identity
    self.recordCount = recordCount
    sum = XXH3.hash64(ShardHeader.summedBytes(identity, recordCount))
  }

  /// ``ShardLayout/headerSize`` bytes.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: ShardLayout.headerSize)
    writer.append(ShardHeader.summedBytes(identity, recordCount))
    writer.integer(sum)
    return writer.bytes
  }

  private static func summedBytes(_ identity: ShardIdentity, _ recordCount: Int) -> [UInt8] {
    var writer = ByteWriter(capacity: ShardLayout.headerSumOffset)
    writer.integer(ZstdFrame.skippableMagic)
    writer.integer(UInt32(ShardLayout.headerSize - ShardLayout.frameHeaderSize))
    writer.append(ShardLayout.magic)
    writer.integer(ShardLayout.majorVersion)
    writer.integer(ShardLayout.minorVersion)
    writer.integer(ShardHeader.knownIncompatibleFeatures)
    writer.integer(UInt32(0))  // compatible features
    writer.integer(UInt32(recordCount))
    writer.integer(identity.shardNumber)
    writer.integer(UInt32(0))  // reserved
    writer.append(identity.bankID)
    writer.append(identity.configurationHash)
    return writer.bytes
  }

  /// Parses the first ``ShardLayout/headerSize`` bytes of a file.
  ///
  /// The version comes before the sum, since another version may have its sum elsewhere; everything
  /// else comes after it, so that a flipped bit is called what it is.
  init(parsing bytes: UnsafeRawBufferPointer) throws(FormatError) {
    var reader = ByteReader(bytes)
    try ShardHeader.requireMagic(&reader, frameSize: ShardLayout.headerSize - ShardLayout.frameHeaderSize, "header")
    let magic = try reader.slice(ShardLayout.magic.count, "magic")
    guard magic.elementsEqual(ShardLayout.magic) else {
      throw FormatError(.wrongMagic(found: Hexadecimal.string(magic)), field: "magic", at: UInt64(Offset.magic))
    }
    let major = try reader.integer(UInt16.self, "major version")
    let minor = try reader.integer(UInt16.self, "minor version")
    guard major == ShardLayout.majorVersion else {
      throw FormatError(
        .unsupportedVersion(found: "\(major).\(minor)", supported: "\(ShardLayout.majorVersion)"),
        field: "major version", at: UInt64(Offset.majorVersion))
    }
    sum = try ShardHeader.requireSum(
      bytes, covering: ShardLayout.headerSumOffset, "header sum", at: UInt64(ShardLayout.headerSumOffset))
    let incompatible = try reader.integer(UInt32.self, "incompatible features")
    let unknown = incompatible & ~ShardHeader.knownIncompatibleFeatures
    guard unknown == 0 else {
      throw FormatError(
        .unsupported(found: "incompatible feature bit \(unknown.trailingZeroBitCount)"),
        field: "incompatible features", at: UInt64(Offset.incompatibleFeatures))
    }
    try reader.skip(4, "compatible features")
    let count = try reader.integer(UInt32.self, "record count")
    guard (1...UInt32(ShardLimits.recordCount)).contains(count) else {
      throw FormatError(
        .outOfRange(found: "\(count)", allowed: "1 … \(ShardLimits.recordCount)"), field: "record count",
        at: UInt64(Offset.recordCount))
    }
    recordCount = Int(count)
    let number = try reader.integer(UInt32.self, "shard number")
    guard number <= ShardLimits.shardNumber else {
      throw FormatError(
        .outOfRange(found: "\(number)", allowed: "0 … \(ShardLimits.shardNumber)"), field: "shard number",
        at: UInt64(Offset.shardNumber))
    }
    let reserved = try reader.integer(UInt32.self, "reserved")
    guard reserved == 0 else {
      throw FormatError(.outOfRange(found: "\(reserved)", allowed: "0"), field: "reserved", at: UInt64(Offset.reserved))
    }
    let bankID = Array(try reader.slice(16, "bank id"))
    let configurationHash = Array(try reader.slice(32, "configuration hash"))
    identity = ShardIdentity(shardNumber: number, bankID: bankID, configurationHash: configurationHash)
  }
}

extension ShardHeader {
  /// Reads the head of a skippable frame, whose magic and size are both known beforehand.
  static func requireMagic(_ reader: inout ByteReader, frameSize: Int, _ part: String) throws(FormatError) {
    let offset = reader.byteOffset
    let magic = try reader.integer(UInt32.self, "\(part) frame")
    guard magic == ZstdFrame.skippableMagic else {
      throw FormatError(.wrongMagic(found: Hexadecimal.string(magic)), field: "\(part) frame", at: offset)
    }
    let size = try reader.integer(UInt32.self, "\(part) frame size")
    guard Int(size) == frameSize else {
      throw FormatError(
        .mismatch(expected: "\(frameSize)", found: "\(size)"), field: "\(part) frame size", at: offset + 4)
    }
  }

  /// Compares the sum that stands behind the first `count` bytes with theirs.
  static func requireSum(
    _ bytes: UnsafeRawBufferPointer, covering count: Int, _ field: String, at offset: UInt64
  ) throws(FormatError) -> UInt64 {
    let stored = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: count, as: UInt64.self))
    let found = XXH3.hash64(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    guard stored == found else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(stored), found: Hexadecimal.string(found)), field: field,
        at: offset)
    }
    return stored
  }
}
