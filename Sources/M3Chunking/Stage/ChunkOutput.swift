import M3Bytes
import M3Records
import M3Stage

/// What became of a document.
struct ChunkedDocument {
  enum Outcome {
    /// None where the text holds nothing.
    case references([Reference], documentID: String)
    /// The record's first bytes, where the reader kept them.
    case bad(FormatError, raw: [UInt8]?)
  }

  var place: RecordPlace
  var rawRecords: RawRecordReader
  var outcome: Outcome
}

/// The files of one task of ``ChunkStage``, and its books.
final class ChunkOutput {
  private let name: String
  private let quarantineName: String
  private let writer: ReferenceWriter
  private let quarantine: QuarantineWriter
  private let badInput: BadInputPolicy
  private let folder: StageFolder
  private let idsName: String
  private var account = StageAccount()
  /// Ids of documents seen: two of one id would give references of one id.
  private var ids = DocumentIDs()

  init(_ task: StageTask, folder: StageFolder, badInput: BadInputPolicy) throws {
    name = "part-\(task.number).jsonl.zst"
    quarantineName = QuarantineWriter.fileName(taskNumber: task.number)
    idsName = DocumentIDs.fileName(taskNumber: task.number)
    self.folder = folder
    writer = try ReferenceWriter(path: folder.file(name))
    quarantine = try QuarantineWriter(path: folder.file(quarantineName))
    self.badInput = badInput
  }

  /// - Throws: ``FormatError`` with the line for a bad record under ``BadInputPolicy/fail``; ``FileError``.
  func write(_ document: ChunkedDocument) throws {
    account.input += 1
    switch document.outcome {
    case .references(let references, let id) where ids.insert(id):
      try write(references)
    case .references(_, let id):
      try refuse(document, FormatError(.duplicate("document \(id)"), field: "id"), nil)
    case .bad(let error, let raw):
      try refuse(document, error, raw)
    }
  }

  func commit() throws -> StageResult {
    var outputs: [StageOutput] = []
    if let (digest, byteCount) = try quarantine.commit() {
      outputs.append(StageOutput(name: quarantineName, byteCount: byteCount, digest: digest))
    }
    let (digest, byteCount) = try writer.commit()
    outputs.append(StageOutput(name: name, byteCount: byteCount, digest: digest))
    let bytes = ids.bytes
    let idsDigest = try AtomicFile.write(bytes, to: folder.file(idsName))
    outputs.append(StageOutput(name: idsName, byteCount: UInt64(bytes.count), digest: idsDigest))
    return StageResult(outputs: outputs, account: account)
  }

  private func write(_ references: [Reference]) throws {
    if references.isEmpty {
      account.reject("no_text")
      return
    }
    account.kept += 1
    for reference in references {
      try writer.write(reference)
      account.totals["references", default: 0] += 1
      account.totals["tokens", default: 0] += reference.tokenCount
      account.totals["text_bytes", default: 0] += reference.text.utf8.count
    }
  }

  private func refuse(_ document: ChunkedDocument, _ error: FormatError, _ raw: [UInt8]?) throws {
    let place = document.place
    guard badInput == .quarantine else { throw error.at(place) }
    // What the reader kept is the record's beginning, and mostly all of it.
    let whole = raw.flatMap { UInt64($0.count) == place.byteCount ? $0 : nil }
    try quarantine.write(raw: whole ?? document.rawRecords.bytes(at: place), error: error, place: place)
    account.reject(error.rejectionReason)
  }
}
