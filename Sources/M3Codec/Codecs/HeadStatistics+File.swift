public import M3Bytes
public import M3Memory

/// File `codebook.m3c` of the scalar codecs, version 1, little-endian: magic `M3STATS\0`, u32 version, u32 entries, u32 D,
/// means and then deviations, each (entries, 2, D) as float32, then XXH3-64 of all before it.
extension HeadStatistics {
  package static let magic = Array("M3STATS\0".utf8)
  private static let version: UInt32 = 1

  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 28 + 8 * means.count)
    writer.append(Self.magic)
    writer.integer(Self.version)
    writer.integer(UInt32(shape.entryCount))
    writer.integer(UInt32(shape.headDimension))
    for element in means + deviations { writer.integer(element.bitPattern) }
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  /// - Throws: ``FormatError``: damage, another shape than the memories', values that are not finite, or deviations that
  ///   are not positive.
  public init(bytes: [UInt8], shape: MemoryShape) throws(FormatError) {
    let elements = try ByteReader.read(bytes) { reader throws(FormatError) in
      try Self.elements(&reader, shape: shape)
    }
    let half = elements.count / 2
    self.init(shape: shape, means: Array(elements[..<half]), deviations: Array(elements[half...]))
  }

  private static func elements(_ reader: inout ByteReader, shape: MemoryShape) throws(FormatError) -> [Float] {
    try reader.header(magic: Self.magic, version: Self.version)
    try reader.require(shape)
    let count = 4 * shape.entryCount * shape.headDimension
    let elements = try reader.floats(count, "elements")
    try reader.checksum("checksum")
    try reader.end("codebook")
    if let bad = elements.indices[(count / 2)...].first(where: { elements[$0] <= 0 }) {
      throw FormatError(
        .outOfRange(found: "\(elements[bad])", allowed: "positive"), field: "deviations", at: UInt64(20 + 4 * bad))
    }
    return elements
  }
}
