public import M3Bank
public import M3Bytes
import M3JSON
public import M3Stage
public import M3Text

/// Makes the retrieval index of a bank: a task embeds the texts of one shard, the last step makes an index of all vectors
/// and puts it into the bank.
///
/// Vectors, plan, markers and report lie in `BANK.index` beside the bank. The bank's root and the embedder are part of the
/// stage's definition: another bank, or another embedder, is a difference, and is refused.
public struct IndexStage: Sendable {
  /// Grows when the same settings and texts begin to give another index.
  public static let version = 1

  public let folder: StageFolder
  let bank: BankDirectory
  let embedder: any TextEmbedder
  let configuration: IndexConfiguration
  let workers: Int
  /// Signs the index.
  let key: SigningKey?

  /// Texts that are embedded by one call: what a result is made of does not depend on the workers.
  static let batchCount = 16

  /// - Parameters:
  ///   - configuration: for vectors of the embedder's dimension, as many as the bank has records.
  ///   - workers: threads, at least 1.
  ///   - key: signs the index. The default is none; then the signature of another index is taken away.
  public init(
    bank: BankDirectory, embedder: any TextEmbedder, configuration: IndexConfiguration, workers: Int,
    signedBy key: SigningKey? = nil
  ) {
    folder = Self.folder(bank: bank.path)
    self.bank = bank
    self.embedder = embedder
    self.configuration = configuration
    self.workers = workers
    self.key = key
  }

  /// `BANK.index`.
  public static func folder(bank path: String) -> StageFolder {
    StageFolder(FilePaths.withoutTrailingSlashes(path) + ".index")
  }

  /// The stage's work; its inputs are the bank's shards, by the hashes of the bank's manifest.
  public var work: StageWork {
    var settings = configuration.json
    settings["bank_root"] = .string(bank.manifest.root.description)
    settings["embedder"] = embedder.identity.json
    return StageWork(
      folder: folder, definition: StageDefinition(name: "index", version: Self.version, settings: settings),
      // A task hashes its shard; of the bank's own markers, which may not be there any more, nothing is asked.
      upstream: StageUpstream(path: { FilePaths.join(bank.path, $0.name) }, check: { _ in }),
      sources: {
        bank.manifest.shards.map { shard in
          [
            StageSource(
              name: shard.name, path: FilePaths.join(bank.path, shard.name), byteCount: shard.size, digest: shard.sha256
            )
          ]
        }
      })
  }

  /// Embeds the texts of a shard.
  ///
  /// - Parameter advance: told of the texts done.
  /// - Throws: ``FormatError`` where a record is damaged, or its vector is not finite; ``FileError``; what the embedder throws.
  public func run(_ task: StageTask, advance: (Int) -> Void) throws -> StageResult {
    let shard = try bank.shard(UInt32(task.index))
    let dimension = embedder.dimension
    let name = EmbeddingFile.name(task: task.number)
    let writer = try EmbeddingWriter(path: folder.file(name), dimension: dimension, count: shard.count)
    var starts = stride(from: 0, to: shard.count, by: Self.batchCount).makeIterator()
    try OrderedPipeline.run(
      workers: workers,
      next: { starts.next() },
      worker: {},
      transform: { [embedder] _, start in
        let records = try (start..<min(start + Self.batchCount, shard.count)).map { try shard.record(at: $0) }
        let vectors = try embedder.embed(records.map(\.text))
        precondition(vectors.count == records.count * dimension, "an embedder gives a vector a text")
        if let bad = vectors.firstIndex(where: { !$0.isFinite }) {
          throw FormatError(
            .outOfRange(found: "\(vectors[bad])", allowed: "finite"), field: "embedding", file: shard.path,
            record: records[bad / dimension].id)
        }
        return vectors
      },
      consume: { (vectors: [Float]) in
        try writer.append(vectors)
        advance(vectors.count / dimension)
      })
    let (size, digest) = try writer.commit()
    var account = StageAccount()
    (account.input, account.kept) = (shard.count, shard.count)
    return StageResult(outputs: [StageOutput(name: name, byteCount: size, digest: digest)], account: account)
  }
}
