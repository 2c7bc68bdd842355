import M3Bank
import M3Bytes
import M3Codec
import M3Memory
import M3Spool
import M3Stage

/// What must be known of all memories before the first shard is written: their producer and BOS memory, the codec's
/// statistics, the longest reference, and how records divide into shards.
struct ShardSurvey {
  let producer: Producer
  let bos: BOSMemory
  let longestReference: Int
  let statistics: HeadStatistics
  /// Records of each shard of each task.
  let shards: [[Int]]

  /// Bytes of uncompressed records that a shard takes: zstd adds less than 1 % to what it cannot compress, so the file
  /// stays below the format's 1 GiB.
  static let shardByteLimit = 768 << 20

  /// Room for a record's id, source and text when shards are divided; most records take far less.
  private static let textAllowance = 4096

  /// Reads the head of one spool file and the survey beside each; sums are added in the order of the tasks.
  /// - Throws: ``FormatError`` where a file is damaged; ``FileError``.
  init(tasks: [ShardTaskFiles]) throws {
    let spool = try Self.head(of: tasks[0].spool)
    producer = spool.producer
    bos = spool.bos
    let shape = producer.shape
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
        Self.divided(
          survey.rowCounts.map { rows in
            codec.vectorByteCount(rowCount: Int(rows)) + 2 * Int(rows) + 2 * shape.entryCount + Self.textAllowance
          }))
    }
    longestReference = longest
    statistics = builder.statistics()
    self.shards = shards
  }

  /// A file that cannot be read and is not the one that the stage before wrote is stale, and not bad data.
  private static func head(of spool: StageInput) throws -> SpoolReader {
    do {
      return try SpoolReader(path: spool.path)
    } catch let error as FormatError {
      try spool.requireUnchanged()
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

/// The files that a task of sharding reads.
struct ShardTaskFiles {
  let spool: StageInput
  let survey: StageInput
  let references: StageInput

  init(_ inputs: [StageInput]) {
    precondition(inputs.count == 3, "memories, their survey, their references")
    (spool, survey, references) = (inputs[0], inputs[1], inputs[2])
  }
}
