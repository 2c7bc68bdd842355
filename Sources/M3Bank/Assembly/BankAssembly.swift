public import M3Bytes

/// What turns shards and files into a bank.
///
/// Order: every file is committed, ``duplicateIDs(shardPaths:keysInMemory:limit:)`` finds none, and
/// then ``commit(_:to:)`` writes the manifest, which makes the folder a bank. The caller holds a lock.
public enum BankAssembly {
  /// Describes a file of the bank that is neither a shard nor the manifest: reads it wholly.
  /// - Throws: ``FileError``.
  public static func file(path: String, role: String) throws -> BankManifest.File {
    let file = try ReadableFile(path: path)
    let digest = try SHA256Digest.ofFile(path)
    return BankManifest.File(name: FilePaths.split(path).name, role: role, size: file.size, sha256: digest)
  }

  /// Writes the manifest into the bank's folder, whose other files must be there already.
  /// - Returns: the SHA-256 of the manifest's file.
  /// - Throws: ``FormatError`` `missing` for a listed file that is not there, `mismatch` for one of another
  ///   size, `malformed` for one that is not listed; ``FileError``. Nothing is written then.
  @discardableResult
  public static func commit(_ manifest: BankManifest, to folder: String) throws -> SHA256Digest {
    var unlisted = Set(try FilePaths.list(folder))
    unlisted.remove(BankManifest.fileName)
    // A run that was killed while it wrote the manifest left this; the write below replaces it.
    unlisted.remove(FilePaths.split(AtomicFile.temporaryPath(for: BankManifest.fileName)).name)
    // A retrieval index has a manifest of its own, which says whether it is of this bank; so have signatures.
    let ownNames = BankManifest.companionNames
    unlisted.subtract(ownNames)
    unlisted.subtract(ownNames.map { FilePaths.split(AtomicFile.temporaryPath(for: $0)).name })
    for file in manifest.listing {
      guard unlisted.remove(file.name) != nil else {
        throw FormatError(.missing(file.name), field: "listed file", file: folder)
      }
      let size = try FilePaths.size(FilePaths.join(folder, file.name))
      guard size == file.size else {
        throw FormatError(
          .mismatch(expected: "\(file.size) bytes", found: "\(size)"), field: "size",
          file: FilePaths.join(folder, file.name))
      }
    }
    if let name = unlisted.min() {
      throw FormatError(.malformed("\(name) is in the folder and not listed"), field: "files", file: folder)
    }
    let bytes = manifest.serialized()
    // What cannot be read back, such as a producer nested too deep, is not written.
    _ = try BankManifest.parse(bytes)
    try BankSignature.removeStale(unlessOf: manifest.statement, in: folder)
    return try AtomicFile.write(bytes, to: FilePaths.join(folder, BankManifest.fileName))
  }
}

extension BankManifest {
  /// Every file but the manifest: shards, then the others.
  var listing: [(name: String, size: UInt64, sha256: SHA256Digest)] {
    shards.map { ($0.name, $0.size, $0.sha256) } + files.map { ($0.name, $0.size, $0.sha256) }
  }
}
