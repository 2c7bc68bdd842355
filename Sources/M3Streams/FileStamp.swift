#if canImport(Glibc)
  import Glibc
#endif
package import M3Bytes

/// What tells that a file is the same and was not written to: device, inode, size, time of change.
package struct FileStamp: Sendable, Equatable {
  package var identity: FileIdentity
  package var byteCount: UInt64
  private var seconds: Int
  private var nanoseconds: Int

  /// - Throws: ``FileError`` `status`.
  package init(path: String) throws(FileError) {
    var status = stat()
    guard retrying({ stat(path, &status) }) == 0 else { throw FileError(.status, path: path) }
    identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    byteCount = UInt64(clamping: status.st_size)
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }

  /// - Throws: ``FileError`` `status`; ``FormatError`` `mismatch` where the file at the path is no longer the one that
  ///   the stamp was taken of.
  package func requireUnchanged(_ path: String) throws {
    guard try FileStamp(path: path) == self else {
      throw FormatError(
        .mismatch(expected: "the file as it was opened", found: "one that changed while it was read"),
        field: "file", file: path)
    }
  }
}

/// A source that fails at its end where the file is no longer the one that was opened.
final class StampedSource: ByteSource {
  private let source: any ByteSource
  private let path: String
  private let stamp: FileStamp

  init(_ source: any ByteSource, path: String, stamp: FileStamp) {
    self.source = source
    self.path = path
    self.stamp = stamp
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: buffer)
    guard count == 0, !buffer.isEmpty else { return count }
    try stamp.requireUnchanged(path)
    return 0
  }
}
