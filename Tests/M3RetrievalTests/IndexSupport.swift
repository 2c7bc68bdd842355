import M3Bank
import M3Bytes
import M3JSON
import M3Retrieval
import M3Stage
import M3TestSupport
import M3Text

/// A bank of texts without memories, two or more shards, beside which its index is made.
struct IndexedBank {
  let folder: TemporaryFolder
  let texts: [String]
  var path: String { folder.file("bank") }
  var stagePath: String { path + ".index" }

  /// - Parameters:
  ///   - shardCounts: records of each shard.
  ///   - text: of the record at a place in the bank's order.
  init(shardCounts: [Int], fingerprint: String = "texts", text: (Int) -> String) throws {
    folder = try TemporaryFolder()
    let path = folder.file("bank")
    try FilePaths.makeDirectory(path)
    let identity = BankIdentity(producer: [:], codec: [:], inputFingerprint: fingerprint)
    var texts: [String] = []
    var shards: [ShardSummary] = []
    for (number, count) in shardCounts.enumerated() {
      let shard = identity.shard(UInt32(number))
      let writer = try ShardWriter(path: FilePaths.join(path, shard.fileName), identity: shard, count: count)
      for _ in 0..<count {
        texts.append(text(texts.count))
        try writer.append(id: "text \(texts.count)", source: [], text: texts.last!, payload: [])
      }
      shards.append(try writer.commit())
    }
    self.texts = texts
    try BankAssembly.commit(
      BankManifest(producer: [:], codec: [:], inputFingerprint: fingerprint, shards: shards, files: []), to: path)
  }

  /// A bank whose texts are those of a table, in its order.
  init(_ table: TableEmbedder, shardCounts: [Int]) throws {
    try self.init(shardCounts: shardCounts) { "\($0)" }
  }

  func open() throws -> BankDirectory { try BankDirectory(path: path) }

  func stage(_ embedder: any TextEmbedder, factory: String = "Flat", workers: Int = 1) throws -> IndexStage {
    let bank = try open()
    return IndexStage(
      bank: bank, embedder: embedder,
      configuration: try IndexConfiguration(factory: factory, dimension: embedder.dimension, count: bank.count),
      workers: workers)
  }

  /// Runs tasks that are not done; all by default, and then the last step.
  @discardableResult
  func index(
    _ embedder: any TextEmbedder, factory: String = "Flat", workers: Int = 1, tasks: [Int]? = nil
  ) throws -> StageRunner.Summary {
    let stage = try stage(embedder, factory: factory, workers: workers)
    let work = stage.work
    let runner = StageRunner(work, plan: try work.plan(), workers: workers)
    return try runner.run(tasks, closing: stage.closing) { try stage.run($0, advance: { _ in }) }
  }

  func read(_ name: String) throws -> [UInt8] {
    try ReadableFile.contents(of: FilePaths.join(path, name), limit: 1 << 28)
  }

  func write(_ bytes: [UInt8], _ name: String) throws { try folder.write(bytes, "bank/\(name)") }

  /// Both files of the index.
  func indexFiles() throws -> [[UInt8]] { [try read("index.json"), try read("index.faiss")] }

  /// The embeddings, in the order of the bank's records.
  func vectorPaths() throws -> [String] {
    try FilePaths.list(stagePath).filter { $0.hasSuffix(".m3e") }.map { FilePaths.join(stagePath, $0) }
  }
}

/// Embeds words by their hashes: each adds or takes away one in a place, and the sum has length 1. A real embedding, if a
/// poor one: texts with words in common are alike.
struct WordEmbedder: TextEmbedder {
  var dimension = 32
  var seed: UInt64 = 0

  var identity: EmbedderIdentity {
    EmbedderIdentity(
      settings: ["dimension": .integer(Int64(dimension)), "seed": .integer(Int64(seed))],
      description: "words, seed \(seed)")
  }

  func embed(_ texts: [String]) -> [Float] { texts.flatMap(vector) }

  private func vector(_ text: String) -> [Float] {
    var sum = [Float](repeating: 0, count: dimension)
    for word in text.split(separator: " ") {
      let hash = XXH3.hash64(String(word), seed: seed)
      sum[Int(hash % UInt64(dimension))] += hash >> 63 == 0 ? 1 : -1
    }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length == 0 ? sum : sum.map { $0 / length }
  }
}

/// Vectors that are given: the text is the number of the row.
struct TableEmbedder: TextEmbedder {
  let dimension: Int
  /// (count, dimension), row-major.
  let vectors: [Float]

  var count: Int { vectors.count / dimension }

  var identity: EmbedderIdentity {
    let digest = vectors.withUnsafeBytes { SHA256Digest.of($0) }
    return EmbedderIdentity(settings: ["vectors": .string(digest.description)], description: "a table")
  }

  func embed(_ texts: [String]) -> [Float] { texts.flatMap { row(Int($0)!) } }

  func row(_ index: Int) -> [Float] { Array(vectors[index * dimension..<(index + 1) * dimension]) }

  /// Elements are eighths of small integers: inner products are exact in float32, and many of them are equal.
  static func exact(seed: UInt64, count: Int, dimension: Int) -> TableEmbedder {
    var random = Randomness(seed: seed)
    return TableEmbedder(
      dimension: dimension,
      vectors: (0..<count * dimension).map { _ in Float(random.integer(below: 17) - 8) / 8 })
  }

  /// Vectors of length 1.
  static func unit(seed: UInt64, count: Int, dimension: Int) -> TableEmbedder {
    var random = Randomness(seed: seed)
    let vectors = (0..<count).flatMap { _ in
      let vector = random.floats(dimension)
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / length }
    }
    return TableEmbedder(dimension: dimension, vectors: vectors)
  }
}

/// Sentences over a small vocabulary.
func sentences(seed: UInt64) -> (Int) -> String {
  { index in
    var random = Randomness(seed: seed &* 1_000_003 &+ UInt64(index))
    return (0..<8).map { _ in "word\(random.integer(below: 200))" }.joined(separator: " ")
  }
}
