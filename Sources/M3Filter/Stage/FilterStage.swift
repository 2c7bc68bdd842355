import M3Bytes
import M3JSON
public import M3Records
public import M3Stage
import M3TextStage

/// `m3-filter`: keeps the texts that every profile keeps, and says of the others which rule refused them.
public struct FilterStage: Sendable {
  /// Grows when the same texts and settings begin to give other results.
  public static let version = 1

  public let filter: TextFilter
  /// The score that texts must have which no rule refused; nil for none.
  public let quality: QualityGate?
  public let level: TextLevel
  public let fields: DocumentFields
  public let badInput: BadInputPolicy
  /// Where refused records go, with the reason; nil for nowhere.
  public let rejectedFolder: String?
  public let workers: Int

  public init(
    filter: TextFilter, quality: QualityGate?, level: TextLevel, fields: DocumentFields, badInput: BadInputPolicy,
    rejectedFolder: String?, workers: Int
  ) {
    self.filter = filter
    self.quality = quality
    self.level = level
    self.fields = fields
    self.badInput = badInput
    self.rejectedFolder = rejectedFolder
    self.workers = workers
  }

  /// Carries out one task: its records in order, each to the part file, to the refused ones, or to the quarantine.
  /// - Parameter advance: told of the records done.
  /// - Throws: ``FormatError`` for a bad record under ``BadInputPolicy/fail``, and for damage of the stream; ``FileError``;
  ///   what the encoder of texts throws.
  public func run(_ task: StageTask, folder: StageFolder, advance: (Int) -> Void) throws -> StageResult {
    let batches = RecordBatches(task.inputs, level: level, fields: fields)
    let output = try TextStageOutput(task, folder: folder, badInput: badInput)
    let rejected = try rejectedFolder.map { try RejectedWriter(task, folder: $0) }
    try OrderedPipeline.run(
      workers: workers,
      next: { try batches.next() },
      worker: {},
      transform: { _, batch in (try judged(batch), batch.byteCount) },
      consume: { (records: [JudgedRecord], byteCount: Int) in
        for record in records { try write(record, to: output, rejected) }
        batches.finish(byteCount: byteCount)
        if !records.isEmpty { advance(records.count) }
      })
    // The refused ones first: a task whose part file is there has them all.
    let digest = try rejected?.commit()
    var result = try output.commit()
    if let digest, let part = result.outputs.indices.last {
      result.outputs[part].attributes = ["rejected_sha256": .string(digest.description)]
    }
    return result
  }

  private func judged(_ batch: RecordBatch<TextRecord>) throws -> [JudgedRecord] {
    var judged = batch.entries.map { entry -> JudgedRecord in
      switch entry.result {
      case .bad(let raw, let error, let place):
        JudgedRecord(rawRecords: entry.rawRecords, outcome: .bad(error, raw: raw, place))
      case .record(let record): judge(record, entry.rawRecords)
      }
    }
    guard let quality else { return judged }
    let kept = judged.indices.filter { judged[$0].kept != nil }
    let scores = try quality.scorer.scores(of: kept.compactMap { judged[$0].kept?.record.text })
    for (index, score) in zip(kept, scores) {
      guard case .kept(let kept) = judged[index].outcome, let rejection = quality.rejection(score) else { continue }
      judged[index].outcome = .refused(kept.original, rejection)
    }
    return judged
  }

  private func judge(_ record: TextRecord, _ rawRecords: RawRecordReader) -> JudgedRecord {
    let outcome: JudgedRecord.Outcome =
      switch filter.verdict(on: FilterText(record.text)) {
      case .refused(let rejection): .refused(record, rejection)
      case .kept(let rewritten, let isExamined):
        .kept(
          KeptRecord(
            original: record, record: rewritten.map { record.withText($0) } ?? record, isExamined: isExamined))
      }
    return JudgedRecord(rawRecords: rawRecords, outcome: outcome)
  }

  private func write(_ record: JudgedRecord, to output: TextStageOutput, _ rejected: RejectedWriter?) throws {
    output.account.input += 1
    switch record.outcome {
    case .kept(let kept):
      try output.keep(kept.record, level: level)
      if !kept.isExamined { output.account.totals["unexamined", default: 0] += 1 }
    case .refused(let refused, let rejection):
      output.account.reject(rejection.accountReason)
      try rejected?.write(refused, rejection)
    case .bad(let error, let raw, let place):
      try output.refuse(error, raw: raw, place: place, record.rawRecords)
    }
  }
}

/// A record that is kept.
private struct KeptRecord {
  let original: TextRecord
  /// As it is written.
  let record: TextRecord
  /// Whether any profile looked at it.
  let isExamined: Bool
}

/// What became of a record.
private struct JudgedRecord {
  enum Outcome {
    case kept(KeptRecord)
    case refused(TextRecord, Rejection)
    /// The record's first bytes, as the reader kept them.
    case bad(FormatError, raw: [UInt8], RecordPlace)
  }

  let rawRecords: RawRecordReader
  var outcome: Outcome

  var kept: KeptRecord? {
    if case .kept(let kept) = outcome { kept } else { nil }
  }
}
