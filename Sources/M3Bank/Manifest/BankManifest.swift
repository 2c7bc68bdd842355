public import M3Bytes
public import M3JSON

/// What lies in a bank, and the hashes of all of it (see the article "The manifest").
///
/// A value of this type is consistent: whoever makes one, ids, roots and totals follow from the rest.
public struct BankManifest: Sendable, Equatable {
  /// Name of the manifest in a bank's folder.
  public static let fileName = "manifest.json"
  /// Files that may lie beside a manifest which never lists them: the retrieval index, and signatures.
  static let companionNames = Verification.indexNames + SignedStatement.fileNames

  /// A file of a bank that is neither a shard nor the manifest.
  public struct File: Sendable, Equatable {
    public let name: String
    /// What the file is for; unique in the bank.
    public let role: String
    /// Bytes.
    public let size: UInt64
    public let sha256: SHA256Digest

    public init(name: String, role: String, size: UInt64, sha256: SHA256Digest) {
      self.name = name
      self.role = role
      self.size = size
      self.sha256 = sha256
    }
  }

  /// What made the memories. Opaque here.
  public let producer: JSONObject
  /// How payloads are coded. Opaque here.
  public let codec: JSONObject
  public let inputFingerprint: String
  public let identity: BankIdentity
  /// By number, from 0 without gaps.
  public let shards: [ShardSummary]
  /// By name.
  public let files: [File]
  /// SHA-256 over the SHA-256 of every file, by name: trust in it is trust in the bank.
  public let root: SHA256Digest
  /// SHA-256 over the shards' logical hashes: what the records say, however they are compressed.
  public let logicalRoot: SHA256Digest

  /// - Parameters:
  ///   - shards: in any order.
  ///   - files: in any order.
  /// - Throws: ``FormatError`` naming the key: a gap in the shards' numbers, a name or role outside of
  ///   its grammar or twice, a value over its limit,
  ///   a null or a number that is no integer in `producer` or `codec`.
  public init(
    producer: JSONObject, codec: JSONObject, inputFingerprint: String, shards: [ShardSummary], files: [File]
  ) throws(FormatError) {
    let shards = shards.sorted { $0.number < $1.number }
    let files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    try BankManifest.validate(
      producer: producer, codec: codec, inputFingerprint: inputFingerprint, shards: shards, files: files)
    self.producer = producer
    self.codec = codec
    self.inputFingerprint = inputFingerprint
    self.shards = shards
    self.files = files
    identity = BankIdentity(producer: producer, codec: codec, inputFingerprint: inputFingerprint)
    let hashes = shards.map { ($0.name, $0.sha256) } + files.map { ($0.name, $0.sha256) }
    root = BankManifest.root(hashes.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) })
    logicalRoot = BankManifest.root(shards.map { ($0.name, $0.logicalSHA256) })
  }

  public var recordCount: Int { shards.reduce(0) { $0 + $1.recordCount } }
  /// UTF-8 bytes of all texts.
  public var textByteCount: UInt64 { shards.reduce(0) { $0 + $1.textByteCount } }
  /// Bytes of all payloads before compression.
  public var payloadByteCount: UInt64 { shards.reduce(0) { $0 + $1.payloadByteCount } }
  /// Bytes of all zstd frames.
  public var compressedByteCount: UInt64 { shards.reduce(0) { $0 + $1.compressedByteCount } }

  /// The file with a role; nil where the bank has none.
  public func file(role: String) -> File? {
    files.first { $0.role == role }
  }

  /// The same bank with more files; one with a role that is there already takes its place.
  /// - Throws: as the initializer.
  public func adding(_ added: [File]) throws(FormatError) -> BankManifest {
    let kept = files.filter { file in !added.contains { $0.role == file.role } }
    return try BankManifest(
      producer: producer, codec: codec, inputFingerprint: inputFingerprint, shards: shards, files: kept + added)
  }

  /// The SHA-256 of what `sha256sum` would print for these files.
  private static func root(_ files: [(name: String, digest: SHA256Digest)]) -> SHA256Digest {
    var hasher = SHA256Hasher()
    for file in files { hasher.update(Array("\(file.digest)  \(file.name)\n".utf8)) }
    return hasher.finish()
  }
}
