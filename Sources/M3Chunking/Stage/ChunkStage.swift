import M3Bytes
public import M3Records
public import M3Stage
import M3TextStage

/// Cuts documents into references, one output file a task.
public struct ChunkStage: Sendable {
  /// Grows when the same settings and documents begin to give other bytes.
  public static let version = 2

  public let chunker: Chunker
  public let fields: DocumentFields
  public let withTokenIDs: Bool
  public let badInput: BadInputPolicy
  public let workers: Int

  public init(chunker: Chunker, fields: DocumentFields, withTokenIDs: Bool, badInput: BadInputPolicy, workers: Int) {
    self.chunker = chunker
    self.fields = fields
    self.withTokenIDs = withTokenIDs
    self.badInput = badInput
    self.workers = workers
  }

  /// Carries out one task: its inputs in order into one file of references, and bad records into a quarantine.
  /// - Parameter advance: told of the documents done.
  /// - Throws: ``FormatError`` for a bad record under ``BadInputPolicy/fail``, and for damage of the stream; ``FileError``.
  public func run(_ task: StageTask, folder: StageFolder, advance: (Int) -> Void) throws -> StageResult {
    let batches = RecordBatches(task.inputs, fields: fields)
    let output = try ChunkOutput(task, folder: folder, badInput: badInput)
    try OrderedPipeline.run(
      workers: workers,
      next: { try batches.next() },
      worker: {},
      transform: { _, batch in (batch.entries.map { chunked($0.result, $0.rawRecords) }, batch.byteCount) },
      consume: { (documents: [ChunkedDocument], byteCount: Int) in
        for document in documents { try output.write(document) }
        batches.finish(byteCount: byteCount)
        if !documents.isEmpty { advance(documents.count) }
      })
    return try output.commit()
  }

  private func chunked(_ result: RecordResult<Document>, _ rawRecords: RawRecordReader) -> ChunkedDocument {
    switch result {
    case .bad(let raw, let error, let place):
      return ChunkedDocument(place: place, rawRecords: rawRecords, outcome: .bad(error, raw: raw))
    case .record(let document):
      let outcome: ChunkedDocument.Outcome
      do throws(FormatError) {
        try DocumentLimits.check(document)
        outcome = .references(references(of: document), documentID: document.id)
      } catch {
        outcome = .bad(error, raw: nil)
      }
      return ChunkedDocument(place: document.place, rawRecords: rawRecords, outcome: outcome)
    }
  }

  private func references(of document: Document) -> [Reference] {
    chunker.chunks(of: document.text, title: document.title).enumerated().map { index, chunk in
      Reference(
        id: "\(document.id)#\(index)", text: chunk.text, documentID: document.id, chunk: index, start: chunk.start,
        end: chunk.end, tokenCount: chunk.tokenIDs.count, tokenIDs: withTokenIDs ? chunk.tokenIDs : nil,
        metadata: document.metadata)
    }
  }
}
