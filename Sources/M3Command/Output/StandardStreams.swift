#if canImport(Glibc)
  import Glibc
#endif

/// stderr: progress, summaries, errors.
public enum StandardError {
  public static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  public static func write(_ text: String) { StandardStream.write(text, to: STDERR_FILENO) }
}

/// stdout: results.
public enum StandardOutput {
  public static func write(_ text: String) { StandardStream.write(text, to: STDOUT_FILENO) }
}

private enum StandardStream {
  /// Writes all of it; a reader that went away is not an error of ours.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let wrote = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else { return }
      bytes = bytes.dropFirst(wrote)
    }
  }
}
