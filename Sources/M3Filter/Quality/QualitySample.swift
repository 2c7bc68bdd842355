public import M3Records
public import M3Stage
import M3TextStage

/// A seeded sample of the texts that a stage reads, by which a share to keep becomes a score.
public struct QualitySample: Sendable {
  public let count: Int
  public let seed: UInt64

  /// - Parameter count: texts of the sample, at least 1.
  public init(count: Int, seed: UInt64) {
    self.count = count
    self.seed = seed
  }

  /// Scores of those texts of the sample that the rules keep. It reads all inputs, and follows from their order alone.
  /// Records that cannot be read are passed over: the task that meets them says so.
  /// - Throws: ``FormatError`` for damage of a stream; ``FileError``; what the scorer throws.
  public func scores(
    _ inputs: [[StageInput]], level: TextLevel, fields: DocumentFields, filter: TextFilter, scorer: any QualityScorer
  ) throws -> [Double] {
    var reservoir = Reservoir<String>(capacity: count, seed: seed)
    let batches = RecordBatches(inputs.flatMap { $0 }, level: level, fields: fields)
    while let batch = try batches.next() {
      for case .record(let record) in batch.entries.lazy.map(\.result) { reservoir.add(record.text) }
      batches.finish(byteCount: batch.byteCount)
    }
    let kept = reservoir.elements.compactMap { text -> String? in
      guard case .kept(let rewritten) = filter.verdict(on: FilterText(text)) else { return nil }
      return rewritten ?? text
    }
    return try scorer.scores(of: kept)
  }
}
