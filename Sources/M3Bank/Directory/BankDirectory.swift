import M3Bytes

/// A bank's folder, open for reading from any thread.
///
/// Opening it reads the manifest and nothing else. Shards are opened and checked at first touch,
/// records each time they are read. Whether all files are whole is ``BankVerifier``'s to say.
public final class BankDirectory: Sendable {
  public let path: String
  public let manifest: BankManifest
  private let shards: ShardCache

  /// - Parameters:
  ///   - path: of the folder.
  ///   - openShardLimit: of shards that are kept open. The default is 64; each takes a descriptor and 52 bytes a record.
  /// - Throws: ``FileError``, `isMissing` where there is no manifest; ``FormatError``.
  public init(path: String, openShardLimit: Int = 64) throws {
    self.path = path
    shards = ShardCache(limit: openShardLimit)
    let file = FilePaths.join(path, BankManifest.fileName)
    let bytes = try ReadableFile.contents(of: file, limit: ManifestLimits.size)
    do throws(FormatError) { manifest = try BankManifest.parse(bytes) } catch { throw error.inFile(file) }
  }

  /// Records in the bank.
  public var count: Int { manifest.recordCount }

  /// Whether a record has this number.
  public func contains(number: UInt64) -> Bool {
    let shard = number >> ShardLayout.positionBits
    guard shard < UInt64(manifest.shards.count) else { return false }
    return number <= manifest.shards[Int(shard)].lastRecord
  }

  /// Reads, checks and decompresses a record.
  /// - Throws: ``FormatError`` `outOfRange` where there is no such record, or as ``ShardReader``; ``FileError``.
  public func record(number: UInt64) throws -> BankRecord {
    let (shard, position) = try place(of: number)
    return try shard.record(at: position)
  }

  /// Reads, checks and decompresses a record, and gives its payload alone.
  /// - Throws: as ``record(number:)``.
  public func payload(number: UInt64) throws -> [UInt8] {
    let (shard, position) = try place(of: number)
    return try shard.payload(at: position)
  }

  /// The record with this id, compared by bytes; nil where there is none.
  ///
  /// It asks one shard after another: O(shards · log records), and opens them all for an id that is not there.
  /// - Throws: as ``record(number:)``.
  public func record(id: String) throws -> BankRecord? {
    for summary in manifest.shards {
      if let found = try shard(summary.number).record(id: id) { return found.record }
    }
    return nil
  }

  /// A shard, which must be the one that the manifest describes.
  /// - Precondition: the manifest has a shard of this number.
  /// - Throws: ``FormatError`` `mismatch` where its size or its count is another; as ``ShardReader``; ``FileError``.
  public func shard(_ number: UInt32) throws -> ShardReader {
    let summary = manifest.shards[Int(number)]
    return try shards.reader(number) {
      let path = FilePaths.join(path, summary.name)
      let reader = try ShardReader(path: path, expecting: manifest.identity.shard(number))
      guard reader.size == summary.size, reader.count == summary.recordCount else {
        throw FormatError(
          .mismatch(
            expected: "\(summary.size) bytes with \(summary.recordCount) records",
            found: "\(reader.size) with \(reader.count)"),
          field: "shard", file: path)
      }
      return reader
    }
  }

  private func place(of number: UInt64) throws -> (ShardReader, Int) {
    guard contains(number: number) else {
      throw FormatError(
        .outOfRange(found: "\(number)", allowed: "the numbers of the bank's \(count) records"), field: "record number",
        file: path)
    }
    let position = number & (1 << ShardLayout.positionBits - 1)
    return (try shard(UInt32(number >> ShardLayout.positionBits)), Int(position))
  }
}

extension BankDirectory {
  /// Path of the file with a role; nil where the bank has none. Its bytes are not checked.
  public func filePath(role: String) -> String? {
    manifest.file(role: role).map { FilePaths.join(path, $0.name) }
  }

  /// The bytes of the file with a role, whose SHA-256 was compared with the manifest's.
  /// - Parameter limit: of bytes. The default is 1 GiB.
  /// - Throws: ``FormatError`` `missing` where the bank has no such file, `mismatch` for its size,
  ///   `checksumMismatch`, `outOfRange` over the limit; ``FileError``.
  public func file(role: String, limit: Int = 1 << 30) throws -> [UInt8] {
    guard let entry = manifest.file(role: role) else {
      throw FormatError(.missing("a file of role \(role)"), field: "files", file: path)
    }
    let path = FilePaths.join(path, entry.name)
    let bytes = try ReadableFile.contents(of: path, limit: limit)
    guard UInt64(bytes.count) == entry.size else {
      throw FormatError(.mismatch(expected: "\(entry.size) bytes", found: "\(bytes.count)"), field: "size", file: path)
    }
    let digest = SHA256Digest.of(bytes)
    guard digest == entry.sha256 else {
      throw FormatError(
        .checksumMismatch(expected: entry.sha256.description, found: digest.description), field: "sha256", file: path)
    }
    return bytes
  }
}
