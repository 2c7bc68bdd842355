public import M3Bytes
public import M3JSON

/// What the retrieval index of a bank is of, and the hash of its file (see the article "The retrieval index").
///
/// The bank's own manifest and root know nothing of it: an index can be made, replaced or taken away, and the bank stays
/// the same. It names the root of the bank whose texts it indexes instead, and is refused beside another one.
public struct IndexManifest: Sendable, Equatable {
  /// Name of this manifest in a bank's folder.
  public static let fileName = "index.json"
  /// Name of the index.
  public static let indexName = "index.faiss"
  public static let metric = "inner_product"

  /// ``BankManifest/root`` of the bank whose texts were embedded.
  public let bankRoot: SHA256Digest
  /// What made the vectors. Opaque here.
  public let embedder: JSONObject
  /// faiss's string for the kind of index, such as `HNSW32`.
  public let factory: String
  /// Elements of a vector.
  public let dimension: Int
  /// Vectors: one a record, in the bank's order.
  public let count: Int
  /// What a search sets by faiss's names, such as `efSearch`.
  public let search: [String: Int]
  /// Bytes of ``indexName``.
  public let size: UInt64
  /// SHA-256 of ``indexName``.
  public let sha256: SHA256Digest

  /// - Throws: ``FormatError`` naming the key: a value over its limit, a null or a number that is no integer in `embedder`.
  public init(
    bankRoot: SHA256Digest, embedder: JSONObject, factory: String, dimension: Int, count: Int, search: [String: Int],
    size: UInt64, sha256: SHA256Digest
  ) throws(FormatError) {
    self.bankRoot = bankRoot
    self.embedder = embedder
    self.factory = factory
    self.dimension = dimension
    self.count = count
    self.search = search
    self.size = size
    self.sha256 = sha256
    try validate()
  }
}

extension IndexManifest {
  /// What `index.json` allows.
  public enum Limits {
    public static let size = 1 << 20
    public static let dimension = 1 << 16
    public static let factoryLength = 256
    static let parameterCount = 16
    static let count = ManifestLimits.shardCount << ShardLayout.positionBits
  }

  private func validate() throws(FormatError) {
    func require(_ value: Int, in allowed: ClosedRange<Int>, _ field: String) throws(FormatError) {
      guard allowed.contains(value) else {
        throw FormatError(
          .outOfRange(found: "\(value)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)"),
          field: "index.\(field)")
      }
    }
    try BankManifest.requireExact(.object(embedder), "index.embedder")
    try require(factory.utf8.count, in: 1...Limits.factoryLength, "factory")
    try require(dimension, in: 1...Limits.dimension, "dimension")
    try require(count, in: 1...Limits.count, "count")
    try require(search.count, in: 0...Limits.parameterCount, "search")
    for (name, value) in search { try require(value, in: 1...1 << 30, "search.\(name)") }
    try require(Int(clamping: size), in: 1...ManifestLimits.fileSize, "file.size")
  }
}
