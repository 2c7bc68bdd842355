#if canImport(Glibc)
  import Glibc
#endif

/// A system call on a file that failed.
public struct FileError: Error, Sendable, Equatable {
  /// What was being done.
  public enum Operation: String, Sendable {
    case open, create, read, write, sync, rename, remove, lock, status, list
    case makeDirectory = "make directory"
  }

  public var operation: Operation
  public var path: String
  /// The system's error number.
  public var errorNumber: Int32

  /// - Parameter errorNumber: The default is the calling thread's `errno`.
  public init(_ operation: Operation, path: String, errorNumber: Int32? = nil) {
    self.operation = operation
    self.errorNumber = errorNumber ?? errno
    self.path = path
  }

  /// Whether the file, or the folder it should be in, is not there.
  public var isMissing: Bool { errorNumber == ENOENT || errorNumber == ENOTDIR }

  /// Whether another writer holds the lock, or the machine is short of something for now.
  public var isTransient: Bool {
    (operation == .lock && errorNumber == EWOULDBLOCK)
      || [EAGAIN, EMFILE, ENFILE, ENOMEM, ESTALE].contains(errorNumber)
  }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    if operation == .lock && errorNumber == EWOULDBLOCK {
      return "\(path): another process is writing here"
    }
    if operation == .open && errorNumber == ESPIPE {
      return "\(path): cannot open: neither a file nor a folder"
    }
    return "\(path): cannot \(operation.rawValue): \(String(cString: strerror(errorNumber)))"
  }
}
