import M3Bank
import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Spool
import M3Stage

/// What must be known of all memories before the first shard is written: their producer and BOS memory, the codec
/// and its codebook, the longest reference, and how records divide into shards.
struct ShardSurvey {
  let producer: Producer
  let bos: BOSMemory
  let longestReference: Int
  /// What the manifest says of it, the codebook's hash among it.
  let codec: JSONObject
  /// Bytes of the codec's codebook, where it has one.
  let codebook: [UInt8]?
  /// Records of each shard of each task.
  let shards: [[Int]]

  /// Bytes of uncompressed records that a shard takes: zstd adds less than 1 % to what it cannot compress, so the file
  /// stays below the format's 1 GiB.
  static let shardByteLimit = 768 << 20

  /// Room for a record's id, source and text when shards are divided; most records take far less.
  private static let textAllowance = 4096

  /// Reads the head of one file of memories and the survey beside each; sums are added in the order of the tasks.
  ///
  /// - Parameter codecName: of raw memories; coded ones say their own.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  init(tasks: [MemoryFiles], codecName: String) throws {
    self = tasks[0].isCoded ? try Self.ofCodes(tasks) : try Self.ofMemories(tasks, codecName: codecName)
  }

  private static func ofMemories(_ tasks: [MemoryFiles], codecName: String) throws -> ShardSurvey {
    let spool = try head(of: tasks[0].memories) { try SpoolReader(path: $0) }
    let shape = spool.producer.shape
    var builder = HeadStatisticsBuilder(shape: shape)
    var longest = 0
    var shards: [[Int]] = []
    // bf16 is the largest codec, so a bank's shards hold the same records whatever its codec.
    let codec = BFloat16Codec(headDimension: shape.headDimension)
    for task in tasks {
      try task.survey.requireUnchanged()
      let survey = try MemorySurvey(path: task.survey.path, shape: shape)
      builder.merge(survey.sums)
      longest = max(longest, survey.longestReference)
      shards.append(
        divided(
          survey.rowCounts.map { rows in
            codec.vectorByteCount(rowCount: Int(rows)) + 2 * Int(rows) + 2 * shape.entryCount + textAllowance
          }))
    }
    var description: JSONObject = ["name": .string(codecName)]
    var codebook: [UInt8]?
    if CodecRegistry.scalarNames.contains(codecName) {
      let bytes = builder.statistics().bytes
      description["codebook_sha256"] = .string(SHA256Digest.of(bytes).description)
      codebook = bytes
    }
    return ShardSurvey(
      producer: spool.producer, bos: spool.bos, longestReference: longest, codec: description, codebook: codebook,
      shards: shards)
  }

  private static func ofCodes(_ tasks: [MemoryFiles]) throws -> ShardSurvey {
    let codes = try head(of: tasks[0].memories) { try CodesReader(path: $0) }
    var longest = 0
    var shards: [[Int]] = []
    for task in tasks {
      try task.survey.requireUnchanged()
      let survey = try CodeSurvey(path: task.survey.path)
      longest = max(longest, survey.longestReference)
      shards.append(divided(survey.sizes.map { Int($0) + textAllowance }))
    }
    return ShardSurvey(
      producer: codes.producer, bos: codes.bos, longestReference: longest, codec: codes.codec,
      codebook: try codebook(of: codes), shards: shards)
  }

  /// The codebook beside the codes.
  /// - Throws: ``FormatError`` where it is not the one that they were made with.
  private static func codebook(of codes: CodesReader) throws -> [UInt8]? {
    guard let digest = codes.codec["codebook_sha256"]?.stringValue else { return nil }
    let path = FilePaths.join(FilePaths.split(codes.path).folder, SharedFiles.codebookName)
    let bytes = try ReadableFile.contents(of: path, limit: 1 << 30)
    guard SHA256Digest.of(bytes).description == digest else {
      throw FormatError(
        .mismatch(expected: "SHA-256 \(digest)", found: SHA256Digest.of(bytes).description), field: "codebook",
        file: path)
    }
    return bytes
  }

  private init(
    producer: Producer, bos: BOSMemory, longestReference: Int, codec: JSONObject, codebook: [UInt8]?, shards: [[Int]]
  ) {
    self.producer = producer
    self.bos = bos
    self.longestReference = longestReference
    self.codec = codec
    self.codebook = codebook
    self.shards = shards
  }

  /// A file that cannot be read and is not the one that the stage before wrote is stale, and not bad data.
  private static func head<Reader>(of memories: StageInput, _ open: (String) throws -> Reader) throws -> Reader {
    do {
      return try open(memories.path)
    } catch let error as FormatError {
      try memories.requireUnchanged()
      throw error
    }
  }

  /// Numbers of records that stay within a shard's limits.
  private static func divided(_ sizes: [Int]) -> [Int] {
    var counts: [Int] = []
    var (count, byteCount) = (0, 0)
    for size in sizes {
      if count > 0 && (byteCount + size > shardByteLimit || count == ShardLimits.recordCount) {
        counts.append(count)
        (count, byteCount) = (0, 0)
      }
      count += 1
      byteCount += size
    }
    return count > 0 ? counts + [count] : counts
  }
}
