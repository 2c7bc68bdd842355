import M3Bytes

/// Hashes of the ids of a task's documents, kept so that two documents of one id in different tasks are found before
/// anything is encoded.
///
/// File `ids-*.m3i`, little-endian: magic `M3DOCIDS`, u32 version 1, u64 count, the XXH3-64 of each id in ascending order,
/// then XXH3-64 of all before it.
struct DocumentIDs {
  private(set) var hashes: Set<UInt64> = []
  private static let magic = Array("M3DOCIDS".utf8)
  private static let version: UInt32 = 1

  static func hash(_ id: String) -> UInt64 { XXH3.hash64(id) }

  static func fileName(taskNumber: String) -> String { "ids-\(taskNumber).m3i" }

  static func isFile(_ name: String) -> Bool { name.hasPrefix("ids-") && name.hasSuffix(".m3i") }

  /// - Returns: whether the id is new.
  mutating func insert(_ id: String) -> Bool { hashes.insert(Self.hash(id)).inserted }

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 28 + 8 * hashes.count)
    writer.append(Self.magic)
    writer.integer(Self.version)
    writer.integer(UInt64(hashes.count))
    for hash in hashes.sorted() { writer.integer(hash) }
    writer.integer(XXH3.hash64(writer.bytes))
    return writer.bytes
  }

  /// Reads the hashes of a file.
  /// - Throws: ``FormatError`` where it is damaged; ``FileError``.
  static func hashes(path: String) throws -> [UInt64] {
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 36)
    do throws(FormatError) { return try ByteReader.read(bytes, read) } catch { throw error.inFile(path) }
  }

  private static func read(_ reader: inout ByteReader) throws(FormatError) -> [UInt64] {
    try reader.header(magic: magic, version: version)
    let count = try reader.integer(UInt64.self, "count")
    guard count <= UInt64(reader.remaining / 8) else {
      throw FormatError(.truncated(needed: count, available: UInt64(reader.remaining)), field: "count", at: 12)
    }
    var hashes: [UInt64] = []
    hashes.reserveCapacity(Int(count))
    for _ in 0..<count { hashes.append(try reader.integer(UInt64.self, "hash")) }
    try reader.checksum("checksum")
    try reader.end("ids")
    return hashes
  }
}
