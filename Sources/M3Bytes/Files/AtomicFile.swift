#if canImport(Glibc)
  import Glibc
#endif

/// A file that appears whole under its name, or not at all.
///
/// Bytes go to a temporary file in the same folder, made with O_EXCL and O_NOFOLLOW; ``commit()``
/// syncs it, renames it and syncs the folder. A writer that is dropped before removes its temporary.
/// The temporary's name follows from the final name, so that a rerun after a kill replaces what the
/// first run left. It is locked while it is written: of two writers of one name the second is refused, and neither shows
/// what the other has half written.
public final class AtomicFile {
  public let path: String
  /// Bytes written so far.
  public private(set) var byteCount: UInt64 = 0
  private let temporaryPath: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private var hasher = SHA256Hasher()
  private static let bufferSize = 1 << 18

  /// - Throws: ``FileError`` `create`; `lock` with EWOULDBLOCK where another process writes this file.
  public init(path: String) throws(FileError) {
    self.path = path
    temporaryPath = AtomicFile.temporaryPath(for: path)
    descriptor = try AtomicFile.create(temporaryPath, for: path)
    buffer.reserveCapacity(AtomicFile.bufferSize)
  }

  deinit {
    guard descriptor >= 0 else { return }
    // While it is locked: behind that the name may be another writer's.
    _ = retrying { unlink(temporaryPath) }
    close(descriptor)
  }

  /// The temporary's name beside `path`; hidden, so that no listing takes it for a result.
  public static func temporaryPath(for path: String) -> String {
    let (folder, name) = FilePaths.split(path)
    return FilePaths.join(folder, ".\(name).tmp")
  }

  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    hasher.update(bytes)
    byteCount += UInt64(bytes.count)
    if buffer.count + bytes.count > AtomicFile.bufferSize { try flush() }
    if bytes.count >= AtomicFile.bufferSize {
      try writeThrough(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Makes the file durable and visible.
  ///
  /// The written bytes are read back and their SHA-256 compared with that of what was handed in,
  /// before the rename: a disk that loses bytes silently is found here and not by a reader.
  /// - Returns: the SHA-256 of the file.
  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch`. A failed sync is not repeated; one that a
  ///   signal interrupted is.
  @discardableResult
  public func commit() throws -> SHA256Digest {
    try flush()
    guard retrying({ fsync(descriptor) }) == 0 else { throw FileError(.sync, path: path) }
    let digest = hasher.finish()
    let found = try SHA256Digest.ofFile(temporaryPath)
    guard found == digest else {
      throw FormatError(
        .checksumMismatch(expected: digest.description, found: found.description), field: "file read back", file: path)
    }
    // The lock is held until the name has changed: another writer's temporary must not be what is renamed.
    guard retrying({ rename(temporaryPath, path) }) == 0 else { throw FileError(.rename, path: path) }
    close(descriptor)
    descriptor = -1
    try FilePaths.syncDirectory(FilePaths.split(path).folder)
    return digest
  }

  /// Writes a small file whole.
  @discardableResult
  public static func write(_ bytes: [UInt8], to path: String) throws -> SHA256Digest {
    let file = try AtomicFile(path: path)
    try file.write(bytes)
    return try file.commit()
  }

  private func flush() throws(FileError) {
    guard !buffer.isEmpty else { return }
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    var failure: FileError?
    pending.withUnsafeBytes { bytes in
      do throws(FileError) { try writeThrough(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let wrote = retrying { Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done) }
      guard wrote > 0 else { throw FileError(.write, path: path, errorNumber: wrote == 0 ? ENOSPC : errno) }
      done += wrote
    }
  }
}
