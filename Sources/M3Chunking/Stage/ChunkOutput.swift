import M3Bytes
import M3Records
import M3Stage
import M3TextStage

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
  private let output: TextStageOutput
  private let folder: StageFolder
  private let idsName: String
  /// Ids of documents seen: two of one id would give references of one id.
  private var ids = DocumentIDs()

  init(_ task: StageTask, folder: StageFolder, badInput: BadInputPolicy) throws {
    output = try TextStageOutput(task, folder: folder, badInput: badInput)
    idsName = DocumentIDs.fileName(taskNumber: task.number)
    self.folder = folder
  }

  /// - Throws: ``FormatError`` with the line for a bad record under ``BadInputPolicy/fail``; ``FileError``.
  func write(_ document: ChunkedDocument) throws {
    output.account.input += 1
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
    var result = try output.commit()
    let bytes = ids.bytes
    let idsDigest = try AtomicFile.write(bytes, to: folder.file(idsName))
    result.outputs.append(StageOutput(name: idsName, byteCount: UInt64(bytes.count), digest: idsDigest))
    return result
  }

  private func write(_ references: [Reference]) throws {
    if references.isEmpty {
      output.account.reject("no_text")
      return
    }
    output.account.kept += 1
    for reference in references { try output.write(reference) }
  }

  private func refuse(_ document: ChunkedDocument, _ error: FormatError, _ raw: [UInt8]?) throws {
    try output.refuse(error, raw: raw, place: document.place, document.rawRecords)
  }
}
