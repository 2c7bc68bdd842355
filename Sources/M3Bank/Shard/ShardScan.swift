import M3Bytes

/// Reads every record of a shard in order, with everything that can be checked about it.
struct ShardScan {
  private let reader: ShardReader
  /// By position: the hash under which the key table has the record.
  private let hashes: [UInt64]
  private var tally = ShardTally()
  private var fileHasher = SHA256Hasher()
  private let payloadCheck: BankVerifier.PayloadCheck?

  /// - Parameter payloadCheck: decodes each record's payload.
  init(_ reader: ShardReader, payloadCheck: BankVerifier.PayloadCheck? = nil) {
    self.reader = reader
    self.payloadCheck = payloadCheck
    var hashes = [UInt64](repeating: 0, count: reader.count)
    for place in 0..<reader.count {
      let key = reader.index.key(at: place)
      hashes[Int(key.position)] = key.hash
    }
    self.hashes = hashes
  }

  /// Goes through the whole file once.
  /// - Parameter problem: is told of each problem, may throw it on, and lets the scan continue otherwise.
  /// - Returns: what the manifest should say. Its hash of the file is right in any case; its totals
  ///   and its logical hash leave out the records that had problems.
  /// - Throws: ``FileError``; what `problem` throws.
  mutating func run(
    problem: (_ kind: Damage.Kind, _ record: UInt64, _ error: FormatError) throws -> Void
  ) throws -> ShardSummary {
    try hashFile(from: 0, count: ShardLayout.headerSize)
    var end = ShardLayout.headerSize
    for position in 0..<reader.count {
      let entry = reader.entry(at: position)
      do {
        let frame = try reader.frame(entry)
        fileHasher.update(frame)
        try check(entry, reader.decompress(frame, entry), position: position, problem: problem)
      } catch let error as FormatError {
        try problem(.record, entry.number, error)
      }
      end += entry.compressedLength
    }
    try hashFile(from: end, count: Int(reader.size) - end)
    return tally.summary(number: reader.identity.shardNumber, size: reader.size, sha256: fileHasher.finish())
  }

  private mutating func check(
    _ entry: ShardEntry, _ raw: [UInt8], position: Int,
    problem: (Damage.Kind, UInt64, FormatError) throws -> Void
  ) throws {
    let record = try reader.record(entry, raw: raw)
    tally.add(
      number: entry.number, raw: raw, textLength: entry.textLength, payloadLength: record.payload.count,
      compressedLength: entry.compressedLength)
    do throws(FormatError) {
      try payloadCheck?(record.payload)
    } catch {
      try problem(.memory, entry.number, error.inFile(reader.path).inRecord("\(entry.number)"))
    }
    let hash = XXH3.hash64(record.id)
    guard hash != hashes[position] else { return }
    let error = FormatError(
      .mismatch(expected: Hexadecimal.string(hash), found: Hexadecimal.string(hashes[position])), field: "key hash",
      at: entry.offset, file: reader.path, record: "\(entry.number)")
    try problem(.key, entry.number, error)
  }

  private mutating func hashFile(from offset: Int, count: Int) throws {
    fileHasher.update(try reader.file.read(exactly: count, at: UInt64(offset), field: "shard"))
  }
}

extension ShardReader {
  /// Reads the whole shard and says what the manifest should say of it.
  /// - Throws: ``FormatError`` for the first problem; ``FileError``.
  public func summary() throws -> ShardSummary {
    var scan = ShardScan(self)
    return try scan.run { _, _, error in throw error }
  }
}
