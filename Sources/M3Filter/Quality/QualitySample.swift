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
    // Which texts the sample keeps follows from their number alone; of those that come into it, the rules look at the
    // whole and the encoder at a beginning.
    var reservoir = Reservoir<String?>(capacity: count, seed: seed)
    let batches = RecordBatches(inputs.flatMap { $0 }, level: level, fields: fields)
    while let batch = try batches.next() {
      for case .record(let record) in batch.entries.lazy.map(\.result) {
        reservoir.add { Self.kept(record.text, by: filter) }
      }
      batches.finish(byteCount: batch.byteCount)
    }
    return try scorer.scores(of: reservoir.elements.compactMap { $0 })
  }

  /// Bytes of a text that are kept for the encoder, which reads a few hundred tokens.
  private static let prefixLength = 1 << 15

  /// A text that the rules keep, as the encoder needs it; nil for one that they refuse.
  private static func kept(_ text: String, by filter: TextFilter) -> String? {
    guard case .kept(let rewritten, _) = filter.verdict(on: FilterText(text)) else { return nil }
    let kept = rewritten ?? text
    guard kept.utf8.count > prefixLength else { return kept }
    let cut = kept.utf8.index(kept.startIndex, offsetBy: prefixLength)
    return String(kept[..<kept.unicodeScalars.index(before: kept.unicodeScalars.index(after: cut))])
  }
}
