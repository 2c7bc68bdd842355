import M3Bytes

#if canImport(Glibc)
  import Glibc
#endif

/// File descriptors that every run can count on.
enum DescriptorLimit {
  /// What a tool opens besides inputs and outputs by the file. Dispatch opens some for its threads, and ends the process
  /// where it gets none.
  private static let least: rlim_t = 32

  /// Raises the limit as far as a run needs and the system allows.
  /// - Throws: ``FileError`` `open` with EMFILE where that is too few.
  static func require() throws(FileError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < least else { return }
    limit.rlim_cur = min(least, limit.rlim_max)
    guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur == least else {
      throw FileError(
        .open, path: "more than \(limit.rlim_cur) files, of at least \(least)", errorNumber: EMFILE)
    }
  }
}
