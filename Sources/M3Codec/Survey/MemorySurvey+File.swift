import M3Bytes
public import M3Memory

/// File `survey-*.m3s`, version 1, little-endian: magic `M3SURVEY`, u32 version, u32 entries, u32 D, u32 tokens of the
/// longest reference, u64 memories, u32 rows of each memory, u64 rows of each entry, the sums and then the sums of
/// squares, each (entries, 2, D) as float64, then XXH3-64 of all before it.
extension MemorySurvey {
  private static let magic = Array("M3SURVEY".utf8)
  private static let version: UInt32 = 1

  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 64 + 4 * rowCounts.count + 16 * sums.sums.count)
    writer.append(Self.magic)
    writer.integer(Self.version)
    writer.integer(UInt32(sums.shape.entryCount))
    writer.integer(UInt32(sums.shape.headDimension))
    writer.integer(UInt32(longestReference))
    writer.integer(UInt64(rowCounts.count))
    for count in rowCounts { writer.integer(count) }
    for count in sums.counts { writer.integer(UInt64(count)) }
    for element in sums.sums + sums.squares { writer.integer(element.bitPattern) }
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  /// Reads a survey of memories of a shape.
  /// - Throws: ``FormatError``: damage, or another shape; ``FileError``.
  public init(path: String, shape: MemoryShape) throws {
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 32)
    do throws(FormatError) {
      self = try ByteReader.read(bytes) { reader throws(FormatError) in try Self.read(&reader, shape) }
    } catch {
      throw error.inFile(path)
    }
  }

  private static func read(_ reader: inout ByteReader, _ shape: MemoryShape) throws(FormatError) -> MemorySurvey {
    try reader.header(magic: Self.magic, version: Self.version)
    try reader.require(shape)
    let longestReference = try reader.integer(UInt32.self, "longest reference")
    let count = try reader.integer(UInt64.self, "memories")
    guard count <= UInt64(reader.remaining / 4), longestReference <= SparseMemory.maximumTokenCount else {
      throw FormatError(.truncated(needed: count, available: UInt64(reader.remaining)), field: "memories", at: 24)
    }
    var rowCounts: [UInt32] = []
    rowCounts.reserveCapacity(Int(count))
    let mostRows = shape.entryCount * SparseMemory.maximumTokenCount
    var rowSum = 0
    for _ in 0..<count {
      let offset = reader.byteOffset
      let rows = try reader.integer(UInt32.self, "rows")
      guard rows <= mostRows else {
        throw FormatError(.outOfRange(found: "\(rows)", allowed: "at most \(mostRows)"), field: "rows", at: offset)
      }
      rowCounts.append(rows)
      rowSum += Int(rows)
    }
    var sums = HeadStatisticsBuilder(shape: shape)
    for entry in sums.counts.indices {
      let offset = reader.byteOffset
      let rows = try reader.integer(UInt64.self, "rows of an entry")
      guard rows <= UInt64(rowSum) else {
        throw FormatError(
          .outOfRange(found: "\(rows)", allowed: "at most \(rowSum)"), field: "rows of an entry", at: offset)
      }
      sums.counts[entry] = Int(rows)
    }
    for index in sums.sums.indices { sums.sums[index] = try number(&reader, "sums") }
    for index in sums.squares.indices { sums.squares[index] = try number(&reader, "squares") }
    try reader.checksum("checksum")
    try reader.end("survey")
    return MemorySurvey(longestReference: Int(longestReference), rowCounts: rowCounts, sums: sums)
  }

  private static func number(_ reader: inout ByteReader, _ field: String) throws(FormatError) -> Double {
    let offset = reader.byteOffset
    let value = Double(bitPattern: try reader.integer(UInt64.self, field))
    guard value.isFinite else {
      throw FormatError(.outOfRange(found: "\(value)", allowed: "finite"), field: field, at: offset)
    }
    return value
  }
}
