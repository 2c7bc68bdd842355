#if canImport(Glibc)
  import Glibc
#endif

extension AtomicFile {
  /// Makes a temporary and locks it.
  /// - Returns: its descriptor, which holds the lock.
  /// - Throws: ``FileError`` `create`, `lock`.
  static func create(_ temporary: String, for path: String) throws(FileError) -> Int32 {
    while true {
      try removeLeft(temporary, for: path)
      let descriptor = retrying { open(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644) }
      guard descriptor >= 0 else {
        // Another writer came in between; what it holds is found at the next turn.
        if errno == EEXIST { continue }
        throw FileError(.create, path: path)
      }
      do throws(FileError) {
        if try lock(descriptor, path), names(temporary, descriptor) { return descriptor }
      } catch {
        close(descriptor)
        unlink(temporary)
        throw error
      }
      // Another writer took it, before it was locked, for one that a killed run left.
      close(descriptor)
    }
  }

  /// Removes a temporary that nobody holds: a run that was killed left it, or somebody planted it.
  private static func removeLeft(_ temporary: String, for path: String) throws(FileError) {
    var status = stat()
    guard retrying({ lstat(temporary, &status) }) == 0 else {
      if errno == ENOENT { return }
      throw FileError(.create, path: path)
    }
    var held: Int32 = -1
    defer { if held >= 0 { close(held) } }
    if status.st_mode & S_IFMT == S_IFREG {
      held = retrying { open(temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
      if held >= 0 {
        guard try lock(held, path) else { throw FileError(.lock, path: path, errorNumber: EWOULDBLOCK) }
        // Its writer has shown it since, or another one has removed it.
        guard names(temporary, held) else { return }
      } else if errno != EACCES {
        if errno == ENOENT { return }
        throw FileError(.create, path: path)
      }
    }
    guard retrying({ unlink(temporary) }) == 0 || errno == ENOENT else { throw FileError(.create, path: temporary) }
  }

  /// - Returns: whether the lock is ours, and not another process's.
  private static func lock(_ descriptor: Int32, _ path: String) throws(FileError) -> Bool {
    if retrying({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else { throw FileError(.lock, path: path) }
    return false
  }

  /// Whether a path leads to the file that is open.
  private static func names(_ path: String, _ descriptor: Int32) -> Bool {
    var open = stat()
    var named = stat()
    return retrying({ fstat(descriptor, &open) }) == 0 && retrying({ lstat(path, &named) }) == 0
      && open.st_ino == named.st_ino
      && open.st_dev == named.st_dev
  }
}
