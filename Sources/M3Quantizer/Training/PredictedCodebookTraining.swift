import M3Bytes
public import M3Codec
import M3JSON
public import M3Memory
import M3Records
import M3Spool
import M3Stage
public import M3Text
public import M3Transformer

/// Trains the codebook of a predicted codec: weights of blocks from the loss, then the codec itself, then how heads read.
public struct PredictedCodebookTraining {
  public let sample: SampledMemories
  public let model: LlamaModel
  public let tokenizer: Tokenizer
  public let features: any FeatureProvider
  public let settings: CodebookSettings
  /// Told of each step as it begins, and of what it found.
  private let observer: (String) -> Void

  public init(
    sample: SampledMemories, model: LlamaModel, tokenizer: Tokenizer, features: any FeatureProvider,
    settings: CodebookSettings, observer: @escaping (String) -> Void
  ) {
    self.sample = sample
    self.model = model
    self.tokenizer = tokenizer
    self.features = features
    self.settings = settings
    self.observer = observer
  }

  /// - Throws: ``FormatError`` where the memories lack tokens, are rotated already or not this model's; what training throws.
  public func train() throws -> PredictedCodebook {
    try requireDense()
    observer("metrics: gradients of \(min(settings.weightReferences, sample.count)) references")
    let gradients = try GradientWeights(model)
    let references = try denseReferences()
    let metrics = try BlockMetrics(
      gathering: references.map(\.dense), weights: gradients, producer: sample.producer, bos: sample.bos,
      settings: BlockWeightSettings(
        repeatPrompt: tokenizer.encode(BlockWeightSettings.repeatText), seed: settings.seed),
      workers: settings.workers)
    let training = try PredictedTraining(
      shape: sample.producer.shape, metrics: metrics.elements,
      settings: PredictedTrainingSettings(
        features: features.kind, directionCount: settings.directions, predictionRank: settings.rank,
        componentCount: settings.components,
        seed: settings.seed, workers: settings.workers)
    ) { observer("codec: \($0)") }
    let (codebook, report) = try training.train(
      FeaturedSample(sample, features: features, workers: settings.workers),
      provenance: CodebookProvenance.json(sample, settings))
    observer("codec: \(report)")
    return try learningToRead(codebook, references, gradients)
  }

  /// Learns how heads read memories as the codec gives them back: at the budget, where errors are those of the bank.
  private func learningToRead(
    _ codebook: PredictedCodebook, _ references: [(text: String, dense: DenseReference)], _ gradients: GradientWeights
  ) throws -> PredictedCodebook {
    let step = try BudgetedStep.step(
      of: codebook, bytesPerReference: settings.bytesPerReference, sample: sample.thinned(to: Self.stepReferences),
      features: features, workers: settings.workers)
    let codec = PredictedCodec(codebook, step: step)
    let decoded = try references.map { text, dense in
      let features = try features.features(of: text)
      let payload = try codec.payload(dense.memory, features: features)
      return DenseReference(
        tokens: dense.tokens, memory: try codec.memory(payload, shape: dense.memory.shape, features: features))
    }
    let training = try ReadingTraining(
      references: decoded, weights: gradients, producer: sample.producer, bos: sample.bos,
      settings: ReadingTrainingSettings(seed: settings.seed), workers: settings.workers)
    var codebook = codebook
    let learned = training.train { step, loss in
      if step % 10 == 9 { observer("reading: step \(step + 1), \(loss) nats a token") }
    }
    codebook.reading = learned.tempered(share: 0.5, wholeAt: 5)
    return codebook
  }

  /// References by which the step of a budget is found.
  public static let stepReferences = 300

  private func requireDense() throws(FormatError) {
    guard sample.producer.keySpace == .beforeRotation else {
      throw FormatError(
        .unsupported(found: "keys \(sample.producer.keySpace.rawValue): predicted codecs take them before rotation"),
        field: "producer.key_space")
    }
    guard sample.producer.selection["rule"]?.stringValue == "all" else {
      throw FormatError(
        .unsupported(found: "memories of chosen tokens: predicted codecs hold all (m3-encode with `rule: all`)"),
        field: "producer.selection")
    }
  }

  /// The first references of the sample, with their tokens.
  private func denseReferences() throws -> [(text: String, dense: DenseReference)] {
    struct Enough: Error {}
    var references: [(text: String, dense: DenseReference)] = []
    do {
      try sample.read { pair in
        if references.count == settings.weightReferences { throw Enough() }
        guard pair.memory.tokenCount > 0 else { return }
        let text = pair.reference.text
        let tokens = tokenizer.encode(text)
        guard pair.memory.counts.allSatisfy({ $0 == tokens.count }), pair.memory.tokenCount == tokens.count else {
          throw FormatError(.malformed("not a row a token in every entry"), field: "memory")
            .inRecord(pair.reference.id)
        }
        references.append((text, DenseReference(tokens: tokens, memory: pair.memory)))
      }
    } catch is Enough {}
    return references
  }
}
