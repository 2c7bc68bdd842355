public import M3Bank
public import M3Bytes
import M3JSON
public import M3Text

/// The retrieval index of a bank, open for searching from any thread.
///
/// ```swift
/// let index = try RetrievalIndex(bank: BankDirectory(path: "banks/vital-articles"))
/// try index.requireEmbedder(embedder.identity)
/// let hits = try index.search(embedder.embed([question]), count: 5)
/// ```
/// A hit's position is the record's place in the bank's order, 0 ..< ``count``. The whole index is in memory.
public final class RetrievalIndex: Sendable {
  public let manifest: IndexManifest
  private let index: FaissIndex
  private let path: String
  /// Whether faiss searches itself where our kernels could.
  private let leavesSearchToFaiss: Bool

  /// Opens `index.json` and `index.faiss` of a bank.
  ///
  /// The index's size and SHA-256 are compared before faiss sees a byte of it: faiss trusts what it reads. As with the bank
  /// itself, that finds accidents; malice only where the manifest is known from elsewhere.
  /// - Parameter search: parameters by faiss's names (`efSearch`, `nprobe`) in place of the manifest's.
  /// - Throws: ``FileError``, `isMissing` where the bank has no index; ``FormatError`` where a file is damaged, or with both
  ///   roots where the index is of another bank, or where faiss cannot read it.
  public convenience init(bank: BankDirectory, search: [String: Int] = [:]) throws {
    try self.init(bank: bank, search: search, leavesSearchToFaiss: false)
  }

  package init(bank: BankDirectory, search: [String: Int] = [:], leavesSearchToFaiss: Bool) throws {
    let path = FilePaths.join(bank.path, IndexManifest.indexName)
    let manifest = try IndexManifest(bank: bank.path)
    do throws(FormatError) {
      try manifest.requireBank(bank.manifest)
    } catch {
      throw error.inFile(FilePaths.join(bank.path, IndexManifest.fileName))
    }
    let file = try ReadableFile(path: path)
    do {
      try Self.require(file, manifest)
      index = try FaissIndex(reading: file)
      try Self.require("dimension", manifest.dimension, index.dimension)
      try Self.require("count", manifest.count, index.count)
      for (name, value) in manifest.search.merging(search, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
        try index.set(name, value)
      }
    } catch let error as FormatError {
      throw error.inFile(path)
    } catch let error as FaissError {
      throw FormatError(.malformed("\(error)"), field: "index", file: path)
    }
    self.manifest = manifest
    self.path = path
    self.leavesSearchToFaiss = leavesSearchToFaiss
  }

  /// Vectors, one a record.
  public var count: Int { manifest.count }
  /// Elements of a vector.
  public var dimension: Int { manifest.dimension }

  /// The records whose vectors have the largest inner products with a query, best first; of equal ones the smaller
  /// position first.
  ///
  /// Exact for `Flat`; other kinds of index may miss some, and compressing ones give approximate scores.
  /// - Parameters:
  ///   - query: (dimension), finite.
  ///   - count: at least 0. Fewer are returned where there are fewer, or where the index finds fewer.
  /// - Throws: ``FormatError`` for a query of another dimension, or with an element that is not finite, and for an index whose
  ///   damage shows only now.
  public func search(_ query: [Float], count: Int) throws -> [(position: Int, score: Float)] {
    guard query.count == dimension else {
      throw FormatError(.mismatch(expected: "\(dimension) elements", found: "\(query.count)"), field: "query")
    }
    if let bad = query.firstIndex(where: { !$0.isFinite }) {
      throw FormatError(.outOfRange(found: "\(query[bad])", allowed: "finite"), field: "query[\(bad)]")
    }
    precondition(count >= 0, "a negative number of hits")
    guard count > 0 else { return [] }
    if !leavesSearchToFaiss, let vectors = index.flatVectors {
      defer { withExtendedLifetime(index) {} }
      return FlatScan.search(query, in: vectors, rows: self.count, count: count)
    }
    // faiss cuts through equal scores as it likes: one hit more tells, and then more of them are looked at.
    var limit = count < self.count ? count + 1 : self.count
    while true {
      let hits = try found(query, limit: limit).sorted { ($1.score, $0.position) < ($0.score, $1.position) }
      let isWhole = hits.count < limit || limit == self.count
      if isWhole || hits[limit - 1].score < hits[count - 1].score { return Array(hits.prefix(count)) }
      limit = min(2 * limit, self.count)
    }
  }

  /// What faiss finds. It looks at lists and links only as it walks them: an index that it has read may still be refused,
  /// or lead beyond the vectors.
  private func found(_ query: [Float], limit: Int) throws(FormatError) -> [(position: Int, score: Float)] {
    let hits: [(position: Int, score: Float)]
    do throws(FaissError) {
      hits = try index.search(query, limit: limit)
    } catch {
      throw FormatError(.malformed("\(error)"), field: "index", file: path)
    }
    if let bad = hits.first(where: { $0.position >= count }) {
      throw FormatError(
        .outOfRange(found: "\(bad.position)", allowed: "0 ..< \(count)"), field: "index.position", file: path)
    }
    return hits
  }

  /// - Throws: ``FormatError`` `mismatch` with both embedders where the vectors were made by another one.
  public func requireEmbedder(_ identity: EmbedderIdentity) throws(FormatError) {
    let found = try EmbedderIdentity(JSONFields(manifest.embedder, path: "index.embedder"))
    guard found == identity else {
      throw FormatError(
        .mismatch(
          expected: "\(identity.description) (\(identity.digest))",
          found: "vectors of \(found.description) (\(found.digest))"),
        field: "index.embedder")
    }
  }

  private static func require(_ file: ReadableFile, _ manifest: IndexManifest) throws {
    guard file.size == manifest.size else {
      throw FormatError(.mismatch(expected: "\(manifest.size) bytes", found: "\(file.size)"), field: "size")
    }
    let found = try SHA256Digest.of(file, in: 0..<file.size).digest
    guard found == manifest.sha256 else {
      throw FormatError(
        .checksumMismatch(expected: manifest.sha256.description, found: found.description), field: "sha256")
    }
  }

  private static func require(_ field: String, _ expected: Int, _ found: Int) throws(FormatError) {
    guard expected == found else {
      throw FormatError(.mismatch(expected: "\(expected)", found: "\(found)"), field: field)
    }
  }
}
