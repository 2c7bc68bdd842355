import M3Bytes

/// Writes one shard, front to back, and makes it visible whole.
///
/// The count of records is in the header, so it must be known before the first one. The same
/// records, identity, level and version of zstd give the same bytes.
public final class ShardWriter {
  private let file: AtomicFile
  private let header: ShardHeader
  private let compressionLevel: Int32
  private let bankSeed: UInt64
  private var entries: ByteWriter
  private var keys: [ShardKey] = []
  private var ids: [String] = []
  private var tally = ShardTally()

  /// - Parameters:
  ///   - path: of the shard; its last part must be the identity's `fileName` for a bank to take it.
  ///   - count: of the records to come, 1 … ``ShardLimits/recordCount``.
  ///   - compressionLevel: zstd's. The default is 3.
  /// - Throws: ``FormatError`` `outOfRange` for the count; ``FileError``.
  public init(path: String, identity: ShardIdentity, count: Int, compressionLevel: Int32 = 3) throws {
    guard (1...ShardLimits.recordCount).contains(count) else {
      throw FormatError(
        .outOfRange(found: "\(count)", allowed: "1 … \(ShardLimits.recordCount)"), field: "record count", file: path)
    }
    file = try AtomicFile(path: path)
    header = ShardHeader(identity: identity, recordCount: count)
    self.compressionLevel = compressionLevel
    bankSeed = ShardLayout.seed(bankID: identity.bankID)
    entries = ByteWriter(capacity: ShardLayout.entrySize * count)
    try file.write(header.bytes)
  }

  /// Records that were appended.
  public var count: Int { tally.recordCount }

  /// Appends the next record; its number follows from its place.
  /// - Throws: ``FormatError`` `outOfRange` for a part over its limit, for a record beyond the count
  ///   or for a shard that grows over its limit; ``FileError``. Nothing is written of a record that is refused.
  public func append(id: String, source: [UInt8], text: String, payload: [UInt8]) throws {
    do {
      try appendRecord(id: id, source: source, text: text, payload: payload)
    } catch let error as FormatError {
      throw error.inFile(file.path).inRecord(id)
    }
  }

  /// Writes index and footer and makes the file visible.
  /// - Throws: ``FormatError`` `mismatch` where fewer records came than the count says, `duplicate`
  ///   for an id that stands twice; ``FileError``.
  public func commit() throws -> ShardSummary {
    guard count == header.recordCount else {
      throw FormatError(
        .mismatch(expected: "\(header.recordCount) records", found: "\(count)"), field: "record count", file: file.path)
    }
    keys.sort()
    try refuseDuplicates()
    let index = indexBytes()
    let footer = ShardFooter(
      indexOffset: Int(file.byteCount), recordCount: count, indexSum: XXH3.hash64(index), headerSum: header.sum)
    try file.write(index)
    try file.write(footer.bytes)
    let digest = try file.commit()
    return tally.summary(number: header.identity.shardNumber, size: file.byteCount, sha256: digest)
  }

  private func appendRecord(id: String, source: [UInt8], text: String, payload: [UInt8]) throws {
    guard count < header.recordCount else {
      throw FormatError(
        .outOfRange(found: "\(count + 1)", allowed: "the \(header.recordCount) announced"), field: "record count")
    }
    let textLength = text.utf8.count
    try ShardWriter.require(id.utf8.count, in: 1...ShardLimits.idLength, "id length")
    try ShardWriter.require(source.count, in: 0...ShardLimits.sourceLength, "source length")
    try ShardWriter.require(textLength, in: 0...ShardLimits.textLength, "text length")
    let rawLength = RawRecord.length(id: id.utf8.count, source: source.count, text: textLength, payload: payload.count)
    try ShardWriter.require(rawLength, in: 0...ShardLimits.recordSize, "raw length")

    let raw = RawRecord.bytes(id: id, source: source, text: text, payload: payload)
    let frame = ZstdFrame.compress(raw, level: compressionLevel)
    try ShardWriter.require(frame.count, in: 1...ShardLimits.recordSize, "compressed length")
    let room = ShardLimits.fileSize - ShardLayout.overhead(recordCount: header.recordCount) + ShardLayout.headerSize
    try ShardWriter.require(Int(file.byteCount) + frame.count, in: 0...room, "shard size")

    let number = ShardLayout.recordNumber(shard: header.identity.shardNumber, position: count)
    let seed = ShardEntry.seed(number: number, offset: file.byteCount, bankSeed: bankSeed)
    let entry = ShardEntry(
      number: number, offset: file.byteCount, compressedLength: frame.count, rawLength: rawLength,
      textLength: textLength, sum: XXH3.hash64(frame, seed: seed))
    try file.write(frame)
    entry.append(to: &entries)
    keys.append(ShardKey(hash: XXH3.hash64(id), position: UInt32(count)))
    ids.append(id)
    tally.add(
      number: number, raw: raw, textLength: textLength, payloadLength: payload.count, compressedLength: frame.count)
  }

  /// Equal ids have equal hashes, so they are neighbours in the sorted key table.
  private func refuseDuplicates() throws(FormatError) {
    var start = 0
    while start < keys.count {
      var end = start + 1
      while end < keys.count && keys[end].hash == keys[start].hash { end += 1 }
      for later in start..<end {
        let id = ids[Int(keys[later].position)]
        for earlier in start..<later where ids[Int(keys[earlier].position)].utf8.elementsEqual(id.utf8) {
          throw FormatError(
            .duplicate("at positions \(keys[earlier].position) and \(keys[later].position)"), field: "id",
            file: file.path, record: id)
        }
      }
      start = end
    }
  }

  private func indexBytes() -> [UInt8] {
    let length = ShardLayout.indexLength(recordCount: count)
    var writer = ByteWriter(capacity: length)
    writer.integer(ZstdFrame.skippableMagic)
    writer.integer(UInt32(length - ShardLayout.frameHeaderSize + ShardLayout.footerSize))
    writer.append(entries.bytes)
    for key in keys { key.append(to: &writer) }
    return writer.bytes
  }

  private static func require(_ value: Int, in allowed: ClosedRange<Int>, _ field: String) throws(FormatError) {
    guard allowed.contains(value) else {
      throw FormatError(
        .outOfRange(found: "\(value)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)"), field: field)
    }
  }
}

extension ShardWriter {
  /// Bytes of a raw record, which ``sizeBound(recordCount:rawByteCount:)`` wants the sum of.
  public static func rawLength(idLength: Int, sourceLength: Int, textLength: Int, payloadLength: Int) -> Int {
    RawRecord.length(id: idLength, source: sourceLength, text: textLength, payload: payloadLength)
  }

  /// The most bytes that a shard of these records can have, whatever zstd makes of them: where it is
  /// at most ``ShardLimits/fileSize``, they fit into one.
  ///
  /// zstd promises at most n + n/256 + 64 bytes for n.
  public static func sizeBound(recordCount: Int, rawByteCount: Int) -> Int {
    ShardLayout.overhead(recordCount: recordCount) + rawByteCount + rawByteCount / 256 + 64 * recordCount
  }
}
