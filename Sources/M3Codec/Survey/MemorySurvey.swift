public import M3Memory

/// What must be known of a file of memories before the first shard is written; a stage that writes memories writes it
/// beside them, so that nobody reads them all for it.
public struct MemorySurvey: Sendable {
  /// Tokens of the longest reference.
  public private(set) var longestReference = 0
  /// Kept key-values of each memory.
  public private(set) var rowCounts: [UInt32] = []
  /// Sums for the statistics of all memories.
  public private(set) var sums: HeadStatisticsBuilder

  public init(shape: MemoryShape) {
    sums = HeadStatisticsBuilder(shape: shape)
  }

  init(longestReference: Int, rowCounts: [UInt32], sums: HeadStatisticsBuilder) {
    self.longestReference = longestReference
    self.rowCounts = rowCounts
    self.sums = sums
  }

  public mutating func add(_ memory: SparseMemory) {
    longestReference = max(longestReference, memory.tokenCount)
    rowCounts.append(UInt32(memory.rowCount))
    sums.add(memory)
  }

  /// The survey's file beside a task's memories.
  public static func fileName(taskNumber: String) -> String { "survey-\(taskNumber).m3s" }
}
