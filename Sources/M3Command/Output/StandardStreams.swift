#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import Synchronization

/// stderr: progress, summaries, errors.
public enum StandardError {
  public static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  /// What cannot be written is lost: there is nowhere else to say so.
  public static func write(_ text: String) { _ = StandardStream.write(text, to: STDERR_FILENO) }
}

/// stdout: results.
public enum StandardOutput {
  private static let firstError = Mutex<Int32?>(nil)

  public static func write(_ text: String) {
    guard let number = StandardStream.write(text, to: STDOUT_FILENO) else { return }
    firstError.withLock { $0 = $0 ?? number }
  }

  /// The first write that failed, a full disk for one; ``Tool`` ends with it.
  static var failure: FileError? {
    firstError.withLock { $0 }.map { FileError(.write, path: "standard output", errorNumber: $0) }
  }
}

private enum StandardStream {
  /// Writes all of it; a reader that went away is not an error of ours.
  /// - Returns: the system's error number, nil where all is well.
  static func write(_ text: String, to descriptor: Int32) -> Int32? {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let wrote = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if wrote < 0 && errno == EINTR { continue }
      if wrote < 0 { return errno == EPIPE ? nil : errno }
      bytes = bytes.dropFirst(wrote)
    }
    return nil
  }
}
