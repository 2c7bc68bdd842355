package import M3Bytes

/// Reads records of one shard, from any thread.
///
/// Opening it checks header, footer, index and key table completely; each record's sum is checked
/// before it is decompressed. A file that is cut or rewritten while it is open gives an error, one
/// that is replaced by renaming is read on as it was. Memory: 52 bytes a record.
public final class ShardReader: Sendable {
  public let identity: ShardIdentity
  /// Records in the shard.
  public let count: Int
  let index: ShardIndex
  let file: ReadableFile
  private let bankSeed: UInt64

  /// - Parameter expecting: what the shard must be; nil takes any.
  /// - Throws: ``FormatError`` with the byte offset; ``FileError``.
  public convenience init(path: String, expecting: ShardIdentity? = nil) throws {
    let file = try ReadableFile(path: path)
    let parser = try ShardParser(file, expecting: expecting)
    guard let structure = parser.structure, parser.problems.isEmpty else { throw parser.problems[0].error }
    self.init(file, structure)
  }

  init(_ file: ReadableFile, _ structure: ShardStructure) {
    self.file = file
    identity = structure.identity
    index = structure.index
    count = structure.index.count
    bankSeed = ShardLayout.seed(bankID: structure.identity.bankID)
  }

  public var path: String { file.path }
  /// Bytes of the file.
  public var size: UInt64 { file.size }

  /// Where a record lies, without reading it. O(1)
  /// - Precondition: the position is in `0 ..< count`.
  public func entry(at position: Int) -> ShardEntry {
    index.entry(at: position)
  }

  /// Reads, checks and decompresses a record.
  /// - Precondition: the position is in `0 ..< count`.
  /// - Throws: ``FormatError`` with the record and the frame's byte offset; ``FileError``.
  public func record(at position: Int) throws -> BankRecord {
    let entry = index.entry(at: position)
    return try record(entry, raw: rawRecord(entry))
  }

  /// Reads, checks and decompresses a record, and gives its payload alone.
  /// - Precondition: the position is in `0 ..< count`.
  /// - Throws: as ``record(at:)``.
  public func payload(at position: Int) throws -> [UInt8] {
    let entry = index.entry(at: position)
    let raw = try rawRecord(entry)
    return try parsing(entry, raw) { _, parts throws(FormatError) in Array(raw[parts.payload]) }
  }

  /// The decompressed bytes of a record, their sum checked before.
  private func rawRecord(_ entry: ShardEntry) throws -> [UInt8] {
    try decompress(frame(entry), entry)
  }

  /// The compressed bytes of a record, unchecked.
  func frame(_ entry: ShardEntry) throws -> [UInt8] {
    do {
      return try file.read(exactly: entry.compressedLength, at: entry.offset, field: "record")
    } catch let error as FormatError {
      throw locate(error, entry)
    }
  }

  /// Checks the sum of a frame, and only then decompresses it.
  func decompress(_ frame: [UInt8], _ entry: ShardEntry) throws(FormatError) -> [UInt8] {
    let result = frame.withUnsafeBytes { bytes in
      do throws(FormatError) {
        try requireSum(bytes, entry)
        return Result<[UInt8], FormatError>.success(
          try ZstdFrame.decompress(bytes, count: entry.rawLength, field: "record"))
      } catch {
        return .failure(locate(error, entry))
      }
    }
    return try result.get()
  }

  /// Compares the sum of a frame with the index's.
  package func requireSum(_ frame: UnsafeRawBufferPointer, _ entry: ShardEntry) throws(FormatError) {
    let seed = ShardEntry.seed(number: entry.number, offset: entry.offset, bankSeed: bankSeed)
    let found = XXH3.hash64(frame, seed: seed)
    guard found == entry.sum else {
      let problem = FormatError.Problem.checksumMismatch(
        expected: Hexadecimal.string(entry.sum), found: Hexadecimal.string(found))
      throw locate(FormatError(problem, field: "record sum"), entry)
    }
  }

  func record(_ entry: ShardEntry, raw: [UInt8]) throws -> BankRecord {
    try parsing(entry, raw) { bytes, parts throws(FormatError) in
      BankRecord(
        number: entry.number, id: try RawRecord.string(bytes, parts.id, "id"), source: Array(raw[parts.source]),
        text: try RawRecord.string(bytes, parts.text, "text"), payload: Array(raw[parts.payload]))
    }
  }

  /// Parses a raw record. An offset inside of it moves into the field's name, since it is not one in the file.
  private func parsing<T>(
    _ entry: ShardEntry, _ raw: [UInt8], _ body: (UnsafeRawBufferPointer, RawRecord) throws(FormatError) -> T
  ) throws -> T {
    try raw.withUnsafeBytes { try parsing(entry, $0, body) }
  }

  func parsing<T>(
    _ entry: ShardEntry, _ raw: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer, RawRecord) throws(FormatError) -> T
  ) throws -> T {
    do throws(FormatError) {
      return try body(raw, RawRecord(parsing: raw, textLength: entry.textLength))
    } catch {
      var error = error
      if let inner = error.byteOffset { error.field += " at byte \(inner) of the raw record" }
      throw locate(error, entry)
    }
  }

  func locate(_ error: FormatError, _ entry: ShardEntry) -> FormatError {
    var error = error
    error.byteOffset = entry.offset
    return error.inFile(path).inRecord("\(entry.number)")
  }
}
