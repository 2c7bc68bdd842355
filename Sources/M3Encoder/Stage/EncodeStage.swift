import M3Bytes
public import M3Memory
public import M3Stage
public import M3Text
public import M3Transformer

/// Encodes references into memories, one spool file a file of references.
public struct EncodeStage: Sendable {
  /// Grows when the same settings, model and references begin to give other memories.
  public static let version = 3

  public let model: LlamaModel
  public let tokenizer: Tokenizer
  public let producer: Producer
  public let bos: BOSMemory
  public let configuration: EncoderConfiguration
  public let badInput: BadInputPolicy
  public let workers: Int

  public init(
    model: LlamaModel, tokenizer: Tokenizer, producer: Producer, bos: BOSMemory, configuration: EncoderConfiguration,
    badInput: BadInputPolicy, workers: Int
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.producer = producer
    self.bos = bos
    self.configuration = configuration
    self.badInput = badInput
    self.workers = workers
  }

  /// Name of a task's spool file.
  public static func outputName(_ task: StageTask) -> String { "part-\(task.number).spool.lz4" }

  /// Carries out one task: a file of references into memories, their survey, and a quarantine of bad records.
  /// - Parameter advance: told of the references done.
  /// - Throws: ``FormatError`` where a record is bad, or was chunked with another tokenizer, under
  ///   ``BadInputPolicy/fail``; where the stream is damaged, or the model gives no finite vectors; ``FileError``.
  public func run(_ task: StageTask, folder: StageFolder, advance: (Int) -> Void) throws -> StageResult {
    let input = task.inputs[0]
    let output = try EncodeOutput(task, folder: folder, producer: producer, bos: bos, badInput: badInput)
    let windows = try WindowReader(
      path: input.path, file: input.name,
      tokenizer: ReferenceTokenizer(
        tokenizer: tokenizer, model: model.configuration, bosTokenCount: bos.tokenCount, configuration: configuration),
      output: output)
    var batcher = WindowBatcher(configuration)

    try OrderedPipeline.run(
      workers: workers,
      next: { try batcher.next(windows.next) },
      worker: { ReferenceEncoder(model: model, bos: bos, configuration: configuration) },
      transform: { encoder, batch in
        let references = batch.flatMap(\.own)
        do {
          return zip(references, try encoder.encode(batch.map(\.tokens))).map { ($0, $1) }
        } catch let error as ReferenceEncoder.NotFinite {
          throw FormatError(
            .outOfRange(found: "\(error)", allowed: "finite"), field: "memory",
            file: input.name, record: references[error.reference].id)
        }
      },
      consume: { (memories: [(TokenizedReference, SparseMemory)]) in
        for (reference, memory) in memories { try output.write(id: reference.id, memory) }
        advance(memories.count)
      })
    return try output.commit()
  }
}
