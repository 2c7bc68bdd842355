import M3Bytes

/// Says whether a bank is whole, and what is wrong with it if not.
public enum BankVerifier {
  public enum Level: String, Sendable, CaseIterable {
    /// Manifests, set of files and their sizes, and each shard's header, footer and index.
    case quick
    /// Also the SHA-256 of every file, every record, the key tables against the ids, duplicate ids,
    /// logical hashes and totals.
    case full
  }

  /// Verifies a bank.
  ///
  /// It never throws for damage and does not stop at the first: the report has all that could be told
  /// apart. Without a manifest that can be trusted, shards are still checked on their own.
  /// - Parameters:
  ///   - path: of the bank's folder.
  ///   - level: The default is `full`.
  ///   - onProgress: is called after each file with the bytes done and the bytes that the
  ///     manifest and what it lists have.
  public static func verify(
    path: String, level: Level = .full, onProgress: ((_ done: UInt64, _ total: UInt64) -> Void)? = nil
  ) -> VerificationReport {
    let verification = Verification(path: path, level: level, onProgress: onProgress)
    verification.run()
    return verification.report
  }
}
