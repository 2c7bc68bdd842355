#if canImport(Glibc)
  import Glibc
#endif
import M3Bytes
import Synchronization

/// stderr: progress, messages, errors. What cannot be written is lost: there is nowhere else to say so.
public enum StandardError {
  /// Whether a terminal shows a line that has no end yet.
  private static let hasOpenLine = Mutex(false)
  /// To the line's start, and away with it.
  private static let clearing = "\r\u{1B}[K"

  public static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Writes in the place of a line that is shown by ``rewrite(_:)``.
  public static func write(_ text: String) {
    hasOpenLine.withLock { isOpen in
      _ = StandardStream.write((isOpen ? clearing : "") + text, to: STDERR_FILENO)
      isOpen = false
    }
  }

  /// Shows a line on a terminal until something else is written.
  static func rewrite(_ line: String) {
    hasOpenLine.withLock { isOpen in
      _ = StandardStream.write(clearing + line, to: STDERR_FILENO)
      isOpen = true
    }
  }

  /// Clears the line that ``rewrite(_:)`` shows.
  static func clear() { write("") }
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

enum StandardStream {
  /// Opens descriptors 0 to 2 where the caller closed them: a result's file would get the number, and what is printed
  /// would be written into it. They are open for reading alone, so that what is printed fails, and that is said.
  static func openMissing() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      // The lowest free number is this one.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Writes all of it; a reader that went away is not an error of ours.
  /// - Returns: the system's error number, nil where all is well.
  fileprivate static func write(_ text: String, to descriptor: Int32) -> Int32? {
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
