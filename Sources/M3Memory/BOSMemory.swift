public import M3Bytes

/// The key-values of a bank's BOS text at every layer and head, which every reading sequence sees (paper, section 3.1).
///
/// File `bos.m3m`, version 1, little-endian: magic `M3BOS\0\0\0`, u32 version, u32 L, u32 G, u32 B tokens, u32 D, then
/// keys and values (L, G, B, D) float32, keys rotated to positions 0 ..< B, then XXH3-64 of all before it.
public struct BOSMemory: Sendable, Equatable {
  public let layerCount: Int
  public let keyValueHeadCount: Int
  public let tokenCount: Int
  public let headDimension: Int
  /// (L, G, B, D), rotated.
  public let keys: [Float]
  /// (L, G, B, D).
  public let values: [Float]

  public init(
    layerCount: Int, keyValueHeadCount: Int, tokenCount: Int, headDimension: Int, keys: [Float], values: [Float]
  ) {
    precondition(
      keys.count == layerCount * keyValueHeadCount * tokenCount * headDimension && values.count == keys.count)
    self.layerCount = layerCount
    self.keyValueHeadCount = keyValueHeadCount
    self.tokenCount = tokenCount
    self.headDimension = headDimension
    self.keys = keys
    self.values = values
  }

  /// Refuses the BOS memory of another model or text.
  /// - Throws: ``FormatError`` `mismatch` with both shapes.
  public func requireFit(_ producer: Producer) throws(FormatError) {
    let expected = [
      producer.layerCount, producer.shape.keyValueHeadCount, producer.bosTokens.count, producer.shape.headDimension,
    ]
    let found = [layerCount, keyValueHeadCount, tokenCount, headDimension]
    guard found == expected else {
      throw FormatError(.mismatch(expected: "(L, G, B, D) of \(expected)", found: "\(found)"), field: "BOS memory")
    }
  }

  private static let magic = Array("M3BOS\0\0\0".utf8)
  private static let version: UInt32 = 1
  private static let headerSize = 28
  /// Files larger than this are refused before they are read: 80 layers, 8 heads of 128 and 64 tokens are 42 MB.
  public static let maximumFileSize = 1 << 28

  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: Self.headerSize + 8 * keys.count + 8)
    writer.append(Self.magic)
    writer.integer(Self.version)
    for number in [layerCount, keyValueHeadCount, tokenCount, headDimension] { writer.integer(UInt32(number)) }
    for value in keys { writer.integer(value.bitPattern) }
    for value in values { writer.integer(value.bitPattern) }
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  /// - Throws: ``FormatError``, also for values that are not finite.
  public init(bytes: [UInt8]) throws(FormatError) {
    guard bytes.count >= Self.headerSize + 8 else {
      throw FormatError(
        .truncated(needed: UInt64(Self.headerSize + 8), available: UInt64(bytes.count)), field: "BOS memory")
    }
    self = try ByteReader.read(bytes, Self.parse)
  }

  private static func parse(_ reader: inout ByteReader) throws(FormatError) -> BOSMemory {
    try reader.header(magic: Self.magic, version: Self.version)
    var sizes: [Int] = []
    for (field, limit) in [("layers", 1024), ("key-value heads", 4096), ("tokens", 4096), ("head dimension", 1024)] {
      let offset = reader.byteOffset
      let value = Int(try reader.integer(UInt32.self, field))
      guard value <= limit else {
        throw FormatError(.outOfRange(found: "\(value)", allowed: "0 to \(limit)"), field: field, at: offset)
      }
      sizes.append(value)
    }
    // 1024 · 4096 · 4096 · 1024 · 8 is 2^47: no overflow.
    let count = sizes.reduce(1, *)
    guard reader.remaining == 8 * count + 8 else {
      throw FormatError(
        .mismatch(expected: "\(8 * count + 8) bytes", found: "\(reader.remaining)"), field: "data",
        at: reader.byteOffset)
    }
    let keys = try reader.floats(count, "keys")
    let values = try reader.floats(count, "values")
    try reader.checksum("checksum")
    return BOSMemory(
      layerCount: sizes[0], keyValueHeadCount: sizes[1], tokenCount: sizes[2], headDimension: sizes[3], keys: keys,
      values: values)
  }
}
