import M3Bytes
import M3Codec
import M3Memory
import M3Records
import M3Spool
import M3Stage

/// The files of one task of ``EncodeStage``, and its books.
///
/// References are refused by the thread that reads them and written by the one that takes the memories: each has its own
/// sums.
final class EncodeOutput {
  private let folder: StageFolder
  private let task: StageTask
  private let badInput: BadInputPolicy
  private let writer: SpoolWriter
  private var survey: MemorySurvey
  private var account = StageAccount()
  private let quarantine: QuarantineWriter
  private var refused: [String: Int] = [:]
  private var recordCount = 0

  private var quarantineName: String { QuarantineWriter.fileName(taskNumber: task.number) }

  init(_ task: StageTask, folder: StageFolder, producer: Producer, bos: BOSMemory, badInput: BadInputPolicy) throws {
    self.task = task
    self.folder = folder
    self.badInput = badInput
    writer = try SpoolWriter(path: folder.file(EncodeStage.outputName(task)), producer: producer, bos: bos)
    survey = MemorySurvey(shape: producer.shape)
    quarantine = try QuarantineWriter(path: folder.file(QuarantineWriter.fileName(taskNumber: task.number)))
  }

  /// - Throws: ``FormatError``; ``FileError``.
  func write(id: String, _ memory: SparseMemory) throws {
    try writer.append(id: id, memory)
    survey.add(memory)
    account.kept += 1
    account.totals["tokens", default: 0] += memory.tokenCount
    account.totals["kept_key_values", default: 0] += memory.rowCount
  }

  /// Counts a record that was read, whatever becomes of it: what is lost on the way does not balance.
  func countRecord() { recordCount += 1 }

  /// Puts a record aside.
  /// - Parameter raw: reads the record's bytes.
  /// - Throws: the error itself under ``BadInputPolicy/fail``; ``FileError``.
  func refuse(_ error: FormatError, _ place: RecordPlace, raw: () throws -> [UInt8]) throws {
    guard badInput == .quarantine else { throw error.at(place) }
    try quarantine.write(raw: raw(), error: error, place: place)
    refused[error.rejectionReason, default: 0] += 1
  }

  func commit() throws -> StageResult {
    var outputs: [StageOutput] = []
    if let (digest, byteCount) = try quarantine.commit() {
      outputs.append(StageOutput(name: quarantineName, byteCount: byteCount, digest: digest))
    }
    let (digest, byteCount) = try writer.commit()
    outputs.append(StageOutput(name: EncodeStage.outputName(task), byteCount: byteCount, digest: digest))
    let name = MemorySurvey.fileName(taskNumber: task.number)
    let bytes = survey.bytes
    let surveyDigest = try AtomicFile.write(bytes, to: folder.file(name))
    outputs.append(StageOutput(name: name, byteCount: UInt64(bytes.count), digest: surveyDigest))
    account.rejected = refused
    account.input = recordCount
    return StageResult(outputs: outputs, account: account)
  }
}
