public import M3Bytes
public import M3Records
public import M3Stage

/// The files of one task of a text stage, and its books: `part-N.jsonl.zst`, and `quarantine-N.jsonl.zst` where there are
/// bad records.
public final class TextStageOutput {
  /// The task's books; what is refused as a bad record is counted here, the rest is the stage's to count.
  public var account = StageAccount()
  private let name: String
  private let quarantineName: String
  private let writer: RecordWriter
  private let quarantine: QuarantineWriter
  private let badInput: BadInputPolicy
  private let folder: StageFolder

  /// - Throws: ``FileError``.
  public init(_ task: StageTask, folder: StageFolder, badInput: BadInputPolicy) throws {
    name = "part-\(task.number).jsonl.zst"
    quarantineName = QuarantineWriter.fileName(taskNumber: task.number)
    self.folder = folder
    self.badInput = badInput
    writer = try RecordWriter(path: folder.file(name))
    quarantine = try QuarantineWriter(path: folder.file(quarantineName))
  }

  /// - Throws: ``FileError``.
  public func write(_ reference: Reference) throws {
    try writer.write(reference)
    account.totals["references", default: 0] += 1
    account.totals["tokens", default: 0] += reference.tokenCount
    account.totals["text_bytes", default: 0] += reference.text.utf8.count
  }

  /// Writes a record that is kept, and counts it.
  /// - Throws: ``FileError``.
  public func keep(_ record: TextRecord, level: TextLevel) throws {
    try writer.write(record)
    account.kept += 1
    account.totals["text_bytes", default: 0] += record.text.utf8.count
    if level == .reference {
      account.totals["references", default: 0] += 1
      account.totals["tokens", default: 0] += record.tokenCount
    }
  }

  /// Puts a bad record aside and counts it, or ends the stage: as asked.
  ///
  /// - Parameter raw: the record's first bytes, where the reader kept them.
  /// - Throws: ``FormatError`` with the record's place under ``BadInputPolicy/fail``; ``FileError``.
  public func refuse(_ error: FormatError, raw: [UInt8]?, place: RecordPlace, _ rawRecords: RawRecordReader) throws {
    guard badInput == .quarantine else { throw error.at(place) }
    // What the reader kept is the record's beginning, and mostly all of it.
    let whole = raw.flatMap { UInt64($0.count) == place.byteCount ? $0 : nil }
    try quarantine.write(raw: whole ?? rawRecords.bytes(at: place), error: error, place: place)
    account.reject(error.rejectionReason)
  }

  /// - Throws: ``FileError``; ``FormatError`` `checksumMismatch` where the disk gives other bytes back.
  public func commit() throws -> StageResult {
    var outputs: [StageOutput] = []
    if let (digest, byteCount) = try quarantine.commit() {
      outputs.append(StageOutput(name: quarantineName, byteCount: byteCount, digest: digest))
    }
    let (digest, byteCount) = try writer.commit()
    outputs.append(StageOutput(name: name, byteCount: byteCount, digest: digest))
    return StageResult(outputs: outputs, account: account)
  }
}
