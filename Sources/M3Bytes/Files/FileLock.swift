#if canImport(Glibc)
  import Glibc
#endif

/// An exclusive lock that a process holds on a name, and that ends with the process.
public final class FileLock {
  private let path: String
  private let descriptor: Int32
  private static let pollMicroseconds: UInt32 = 20_000

  /// Takes the lock.
  /// - Parameter patience: how long to wait for another holder; by default not at all.
  /// - Throws: ``FileError``, `lock` with EWOULDBLOCK where another process holds it.
  public init(path: String, patience: Duration = .zero) throws(FileError) {
    self.path = path
    let deadline = ContinuousClock.now + patience
    while true {
      let descriptor = retrying { open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644) }
      guard descriptor >= 0 else { throw FileError(.create, path: path) }
      guard retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
        let error = FileError(.lock, path: path)
        close(descriptor)
        guard error.errorNumber == EWOULDBLOCK, ContinuousClock.now < deadline else { throw error }
        usleep(FileLock.pollMicroseconds)
        continue
      }
      // The holder before us removes the file as it leaves; a lock on a removed file locks nothing.
      var held = stat()
      var named = stat()
      let isNamed = retrying { stat(path, &named) } == 0
      guard isNamed || errno == ENOENT, retrying({ fstat(descriptor, &held) }) == 0 else {
        let error = FileError(.status, path: path)
        close(descriptor)
        throw error
      }
      if isNamed && held.st_ino == named.st_ino && held.st_dev == named.st_dev {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit {
    _ = retrying { unlink(path) }
    close(descriptor)
  }
}
