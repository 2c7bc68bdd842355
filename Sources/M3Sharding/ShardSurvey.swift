import M3Bank
import M3Bytes
public import M3Codec
public import M3Memory
import M3Spool
public import M3Stage

/// What must be known of all memories before the first shard is written: the codec's statistics, the longest reference, and
/// how records divide into shards.
public struct ShardSurvey: Sendable {
  /// Records of one shard, by their index in the task's spool file.
  public struct Span: Sendable, Equatable {
    public var shardNumber: UInt32
    public var records: Range<Int>
  }

  public let producer: Producer
  public let bos: BOSMemory
  public let longestReference: Int
  public let statistics: HeadStatistics
  /// Shards of each task.
  public let spans: [[Span]]

  /// Bytes of uncompressed records that a shard takes: zstd adds less than 1 % to what it cannot compress, so the file
  /// stays below the format's 1 GiB.
  static let shardByteLimit = 768 << 20

  /// Reads every spool file once; files are read in parallel and their sums added in order.
  ///
  /// - Parameter payloadSize: bytes that a memory's record takes at most.
  /// - Throws: ``FormatError`` where a file is damaged, or where two files have different producers.
  public init(spools: [StageInput], workers: Int, payloadSize: @escaping @Sendable (Producer, SparseMemory) -> Int)
    throws
  {
    var parts: [Part] = []
    var files = spools[...]
    try OrderedPipeline.run(
      workers: min(workers, spools.count),
      next: { () -> StageInput? in files.popFirst() },
      worker: {},
      transform: { _, file in try Self.part(file, payloadSize: payloadSize) },
      consume: { (part: Part) in parts.append(part) })

    let first = parts[0]
    for (part, file) in zip(parts, spools) where part.producer != first.producer || part.bos != first.bos {
      throw FormatError(
        .mismatch(
          expected: "the producer of \(spools[0].name)",
          found: first.producer.differences(from: part.producer).joined(separator: "; ")), field: "producer",
        file: file.path)
    }
    var builder = HeadStatisticsBuilder(shape: first.producer.shape)
    for part in parts { builder.merge(part.sums) }
    producer = first.producer
    bos = first.bos
    statistics = builder.statistics()
    longestReference = parts.map(\.longestReference).max() ?? 0
    var number: UInt32 = 0
    spans = parts.map { part in
      part.divided().map { records in
        defer { number += 1 }
        return Span(shardNumber: number, records: records)
      }
    }
  }

  /// A file that cannot be read and is not the one that the stage before wrote is stale, and not bad data.
  private static func part(_ file: StageInput, payloadSize: (Producer, SparseMemory) -> Int) throws -> Part {
    do {
      return try Part(file.path, payloadSize: payloadSize)
    } catch let error as FormatError {
      let found = try SHA256Digest.ofFile(file.path)
      guard found == file.digest else {
        throw StageError.upstreamStale(folder: file.path, what: "SHA-256 \(found), planned \(file.digest)")
      }
      throw error
    }
  }

  /// The survey of one spool file.
  private struct Part: Sendable {
    var producer: Producer
    var bos: BOSMemory
    var sums: HeadStatisticsBuilder
    var longestReference = 0
    /// Bytes of each record.
    var sizes: [Int] = []

    init(_ path: String, payloadSize: (Producer, SparseMemory) -> Int) throws {
      let reader = try SpoolReader(path: path)
      producer = reader.producer
      bos = reader.bos
      sums = HeadStatisticsBuilder(shape: producer.shape)
      while let (_, memory) = try reader.next() {
        sums.add(memory)
        longestReference = max(longestReference, memory.tokenCount)
        sizes.append(payloadSize(producer, memory))
      }
    }

    /// Ranges of records that stay within a shard's limits.
    func divided() -> [Range<Int>] {
      var ranges: [Range<Int>] = []
      var start = 0
      var byteCount = 0
      for (index, size) in sizes.enumerated() {
        if index > start && (byteCount + size > ShardSurvey.shardByteLimit || index - start == ShardLimits.recordCount)
        {
          ranges.append(start..<index)
          start = index
          byteCount = 0
        }
        byteCount += size
      }
      if start < sizes.count { ranges.append(start..<sizes.count) }
      return ranges
    }
  }
}
