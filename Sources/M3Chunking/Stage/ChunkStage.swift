import M3Bytes
import M3JSON
public import M3Records
public import M3Stage

/// Cuts documents into references, one output file an input file.
public struct ChunkStage: Sendable {
  /// Grows when the same settings and documents begin to give other references.
  public static let version = 1

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

  /// Documents that one thread takes at a time.
  private static let batchSize = 32

  /// Carries out one task.
  /// - Parameter advance: told of the documents done.
  /// - Throws: ``FormatError`` for a bad record under ``BadInputPolicy/fail``, and for damage of the stream; ``FileError``.
  public func run(
    _ task: StageTask, input: InputFile, folder: StageFolder, advance: (Int) -> Void
  ) throws -> (outputs: [StageOutput], account: StageAccount) {
    let name = "part-\(task.number).jsonl.zst"
    let reader = try DocumentReader(file: input, fields: fields)
    let writer = try ReferenceWriter(path: folder.file(name))
    let quarantine = try QuarantineWriter(path: folder.file("quarantine-\(task.number).jsonl.zst"))
    var account = StageAccount()
    // Hashes of the ids of documents seen: two of one id would give references of one id.
    var seen: Set<UInt64> = []

    try OrderedPipeline.run(
      workers: workers,
      next: { () -> [RecordResult<Document>]? in
        var batch: [RecordResult<Document>] = []
        while batch.count < Self.batchSize, let result = try reader.next() { batch.append(result) }
        return batch.isEmpty ? nil : batch
      },
      worker: {},
      transform: { _, batch in batch.map { chunked($0) } },
      consume: { (batch: [Chunked]) in
        for result in batch {
          account.input += 1
          switch result {
          case .references(let document, let references) where seen.insert(XXH3.hash64(document.id)).inserted:
            try write(references, writer, &account)
          case .references(let document, _):
            let error = FormatError(.duplicate("document \(document.id)"), field: "id")
            try refuse(Array(document.text.utf8), error, document.place, quarantine, &account)
          case .bad(let raw, let error, let place):
            try refuse(raw, error, place, quarantine, &account)
          }
        }
        advance(batch.count)
      })

    var outputs: [StageOutput] = []
    if let written = try quarantine.commit() { outputs.append(written) }
    let (digest, byteCount) = try writer.commit()
    outputs.append(StageOutput(name: name, byteCount: byteCount, digest: digest))
    return (outputs, account)
  }

  private func write(_ references: [Reference], _ writer: ReferenceWriter, _ account: inout StageAccount) throws {
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

  private func refuse(
    _ raw: [UInt8], _ error: FormatError, _ place: RecordPlace, _ quarantine: QuarantineWriter,
    _ account: inout StageAccount
  ) throws {
    guard badInput == .quarantine else {
      var located = error.inFile(place.file)
      located.line = located.line ?? place.line
      throw located
    }
    try quarantine.write(raw: raw, error: error, place: place)
    account.reject("bad_record")
  }

  /// A document's references, or why there are none.
  private enum Chunked {
    case references(Document, [Reference])
    case bad(raw: [UInt8], error: FormatError, place: RecordPlace)
  }

  private func chunked(_ result: RecordResult<Document>) -> Chunked {
    switch result {
    case .bad(let raw, let error, let place): return .bad(raw: raw, error: error, place: place)
    case .record(let document):
      do throws(FormatError) {
        try DocumentLimits.check(document)
      } catch {
        return .bad(raw: Array(document.text.utf8), error: error, place: document.place)
      }
      let chunks = chunker.chunks(of: document.text, title: document.title)
      return .references(
        document,
        chunks.enumerated().map { index, chunk in
          Reference(
            id: "\(document.id)#\(index)", text: chunk.text, documentID: document.id, chunk: index, start: chunk.start,
            end: chunk.end, tokenCount: chunk.tokenIDs.count, tokenIDs: withTokenIDs ? chunk.tokenIDs : nil,
            metadata: document.metadata)
        })
    }
  }
}
