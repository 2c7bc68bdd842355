import M3Bytes
public import M3Memory
import M3Records
import M3Spool
public import M3Stage
public import M3Text
public import M3Transformer

/// Encodes references into memories, one spool file a file of references.
public struct EncodeStage: Sendable {
  /// Grows when the same settings, model and references begin to give other memories.
  public static let version = 1

  public let model: LlamaModel
  public let tokenizer: Tokenizer
  public let producer: Producer
  public let bos: BOSMemory
  public let configuration: EncoderConfiguration
  public let workers: Int

  public init(
    model: LlamaModel, tokenizer: Tokenizer, producer: Producer, bos: BOSMemory, configuration: EncoderConfiguration,
    workers: Int
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.producer = producer
    self.bos = bos
    self.configuration = configuration
    self.workers = workers
  }

  /// Tokens that a thread computes at a time: enough rows to keep the matrix kernels busy, few enough for the cache.
  private static let batchTokens = 512

  /// Name of a task's spool file.
  public static func outputName(_ task: StageTask) -> String { "part-\(task.number).spool.lz4" }

  /// Carries out one task.
  /// - Parameter advance: told of the references done.
  /// - Throws: ``FormatError`` where a record is bad, or was chunked with another tokenizer; ``FileError``;
  ///   `ReferenceEncoder.NotFinite`.
  public func run(
    _ task: StageTask, folder: StageFolder, advance: (Int) -> Void
  ) throws -> (outputs: [StageOutput], account: StageAccount) {
    let name = Self.outputName(task)
    let writer = try SpoolWriter(path: folder.file(name), producer: producer, bos: bos)
    let reader = try ReferenceReader(path: task.inputs[0].path)
    var account = StageAccount()
    var waiting: EncodingInput?

    try OrderedPipeline.run(
      workers: workers,
      next: { () -> [EncodingInput]? in
        var batch: [EncodingInput] = []
        var tokenCount = 0
        while let input = try waiting ?? next(reader, file: task.inputs[0].name) {
          let cost = cost(of: input)
          if !batch.isEmpty && tokenCount + cost > Self.batchTokens {
            waiting = input
            return batch
          }
          waiting = nil
          batch.append(input)
          tokenCount += cost
        }
        return batch.isEmpty ? nil : batch
      },
      worker: { ReferenceEncoder(model: model, bos: bos, configuration: configuration) },
      transform: { encoder, batch in
        do {
          return zip(batch, try encoder.encode(batch.map(\.tokens))).map { ($0, $1) }
        } catch let error as ReferenceEncoder.NotFinite {
          throw FormatError(
            .outOfRange(found: "\(error)", allowed: "finite"), field: "memory",
            file: task.inputs[0].name, record: batch[error.reference].id)
        }
      },
      consume: { (memories: [(EncodingInput, SparseMemory)]) in
        for (input, memory) in memories {
          try writer.append(id: input.id, memory)
          account.input += 1
          account.kept += 1
          account.totals["tokens", default: 0] += memory.tokenCount
          account.totals["kept_key_values", default: 0] += memory.rowCount
        }
        advance(memories.count)
      })
    let (digest, byteCount) = try writer.commit()
    return ([StageOutput(name: name, byteCount: byteCount, digest: digest)], account)
  }

  /// A reference on its way to the encoder.
  private struct EncodingInput: Sendable {
    let id: String
    let tokens: [Int32]
  }

  private func next(_ reader: ReferenceReader, file: String) throws -> EncodingInput? {
    switch try reader.next() {
    case nil: return nil
    case .bad(_, let error, let place): throw located(error, place)
    case .record(let reference):
      let tokens = tokenizer.encode(reference.text)
      guard tokens.count == reference.tokenCount else {
        throw FormatError(
          .mismatch(
            expected: "\(reference.tokenCount) tokens", found: "\(tokens.count): chunked with another tokenizer"),
          field: "token_count", file: file, record: reference.id)
      }
      guard tokens.count <= SparseMemory.maximumTokenCount else {
        throw FormatError(
          .outOfRange(found: "\(tokens.count) tokens", allowed: "\(SparseMemory.maximumTokenCount)"),
          field: "token_count", file: file, record: reference.id)
      }
      let positions = ReferenceEncoder.positionCount(
        tokenCount: tokens.count, bosTokenCount: bos.tokenCount, configuration: configuration)
      guard positions <= model.configuration.contextLength else {
        throw FormatError(
          .outOfRange(found: "\(positions) positions", allowed: "\(model.configuration.contextLength)"),
          field: "token_count", file: file, record: reference.id)
      }
      return EncodingInput(id: reference.id, tokens: tokens)
    }
  }

  private func located(_ error: FormatError, _ place: RecordPlace) -> FormatError {
    var located = error.inFile(place.file)
    located.line = located.line ?? place.line
    return located
  }

  /// Rows that a reference adds to a batch.
  private func cost(of input: EncodingInput) -> Int {
    configuration.rule == .reconstruction
      ? 2 * input.tokens.count + configuration.repeatPrompt.count : input.tokens.count
  }
}
