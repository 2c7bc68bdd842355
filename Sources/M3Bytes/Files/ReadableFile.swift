#if canImport(Glibc)
  import Glibc
#endif

/// A file open for reading at any offset, from any thread.
///
/// It reads with `pread` and never maps: a mapped file that shrinks ends the process with SIGBUS.
public final class ReadableFile: Sendable {
  public let path: String
  /// Size in bytes when the file was opened.
  public let size: UInt64
  private let descriptor: Int32

  /// - Throws: ``FileError``, also for a folder, a pipe or a device.
  public init(path: String) throws(FileError) {
    // Without O_NONBLOCK a pipe that nobody writes to would be waited for, here and for ever.
    let descriptor = retrying { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(.open, path: path) }
    var status = stat()
    guard retrying({ fstat(descriptor, &status) }) == 0 else {
      let error = FileError(.status, path: path)
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(.open, path: path, errorNumber: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ESPIPE)
    }
    self.path = path
    self.descriptor = descriptor
    self.size = UInt64(clamping: status.st_size)
  }

  deinit { close(descriptor) }

  /// Size in bytes now: a reader that cares compares it with ``size``.
  public func currentSize() throws(FileError) -> UInt64 {
    var status = stat()
    guard retrying({ fstat(descriptor, &status) }) == 0 else { throw FileError(.status, path: path) }
    return UInt64(clamping: status.st_size)
  }

  /// Reads into `buffer` from `offset`; fewer bytes than asked only at the end of the file.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
    var done = 0
    while done < buffer.count {
      let (place, overflow) = offset.addingReportingOverflow(UInt64(done))
      guard !overflow, let position = off_t(exactly: place) else {
        throw FileError(.read, path: path, errorNumber: EINVAL)
      }
      let got = retrying { pread(descriptor, buffer.baseAddress! + done, buffer.count - done, position) }
      guard got >= 0 else { throw FileError(.read, path: path) }
      if got == 0 { break }
      done += got
    }
    return done
  }

  /// Reads up to `count` bytes from `offset`; fewer only at the end of the file.
  public func read(upTo count: Int, at offset: UInt64) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
    }
  }

  /// Reads exactly `count` bytes from `offset`.
  /// - Throws: ``FileError``, or ``FormatError`` `truncated` where the file ends before; nothing
  ///   is allocated for a length that the file does not have.
  public func read(exactly count: Int, at offset: UInt64, field: String) throws -> [UInt8] {
    let available = size > offset ? size - offset : 0
    guard count >= 0, UInt64(count) <= available else {
      throw FormatError(
        .truncated(needed: UInt64(clamping: count), available: available), field: field, at: offset, file: path)
    }
    let bytes = try read(upTo: count, at: offset)
    guard bytes.count == count else {
      throw FormatError(
        .truncated(needed: UInt64(count), available: UInt64(bytes.count)), field: field, at: offset, file: path)
    }
    return bytes
  }

  /// Reads a whole file that is at most `limit` bytes long.
  /// - Throws: ``FileError``, or ``FormatError`` `outOfRange` for a longer file.
  public static func contents(of path: String, limit: Int) throws -> [UInt8] {
    let file = try ReadableFile(path: path)
    guard file.size <= UInt64(limit) else {
      throw FormatError(.outOfRange(found: "\(file.size) bytes", allowed: "\(limit)"), field: "file size", file: path)
    }
    return try file.read(upTo: Int(file.size), at: 0)
  }
}

/// Repeats a system call that a signal interrupted: file systems of networks and user space interrupt any of them.
package func retrying<T: FixedWidthInteger & SignedInteger>(_ call: () -> T) -> T {
  while true {
    let result = call()
    if result < 0 && errno == EINTR { continue }
    return result
  }
}
