public import M3Bytes

/// Says whether a bank is whole, and what is wrong with it if not.
public enum BankVerifier {
  public enum Level: String, Sendable, CaseIterable {
    /// Manifests, set of files and their sizes, and each shard's header, footer and index.
    case quick
    /// Also the SHA-256 of every file, every record, the key tables against the ids, duplicate ids,
    /// logical hashes and totals.
    case full
    /// Also decodes every record with the bank's codec: counts, positions and codes within the codebook's bounds.
    case deep

    /// Whether every byte is read.
    var readsAll: Bool { self != .quick }
  }

  /// Decodes a record's payload; nothing is said of it where that is possible.
  public typealias PayloadCheck = (_ payload: [UInt8]) throws(FormatError) -> Void

  /// Verifies a bank.
  ///
  /// It never throws for damage and does not stop at the first: the report has all that could be told
  /// apart. Without a manifest that can be trusted, shards are still checked on their own.
  /// - Parameters:
  ///   - path: of the bank's folder.
  ///   - level: The default is `full`.
  ///   - publicKey: of who must have signed the bank, and its index where there is one.
  ///   - codec: for ``Level/deep``: opens the bank's codec and gives what decodes payloads; what it throws is damage too.
  ///   - onProgress: is called after each file with the bytes done and the bytes that the
  ///     manifest and what it lists have.
  public static func verify(
    path: String, level: Level = .full, publicKey: VerificationKey? = nil,
    codec: (() throws -> PayloadCheck)? = nil, onProgress: ((_ done: UInt64, _ total: UInt64) -> Void)? = nil
  ) -> VerificationReport {
    precondition(level != .deep || codec != nil, "nothing to decode with")
    let verification = Verification(path: path, level: level, publicKey: publicKey, onProgress: onProgress)
    if level == .deep, let codec { verification.open(codec) }
    verification.run()
    return verification.report
  }
}
