import Logging
import M3Bytes
import M3Codec
import M3Command
import M3JSON
import M3Memory
import M3Quantizer
import M3Tensor
import M3Transformer

/// A codebook as it is asked for, and the model that trains it.
final class TrainingJob {
  let settings: QuantizeSettings
  private let file: ModelFile?
  private var loaded: LoadedModel?

  var seed: UInt64 { UInt64(settings.seed) }

  /// - Throws: ``UsageError`` for a predicted codec without a model; what opening the model throws.
  init(settings: QuantizeSettings, modelPath: String?) throws {
    self.settings = settings
    guard settings.codec.isPredicted else {
      file = nil
      return
    }
    guard let modelPath else {
      throw UsageError("--model is wanted: codec \(settings.codec.rawValue) predicts memories from it")
    }
    file = try ModelFile(path: modelPath, kernel: settings.kernel)
  }

  /// Adds what decides codes besides the settings.
  func describe(_ planned: inout JSONObject) {
    guard let file else { return }
    planned["kernel"] = .string(file.kernels.name)
    planned["model_sha256"] = .string(file.digest.description)
    planned["tokenizer"] = .string(file.tokenizerFingerprint)
  }

  /// The model's features of the references of a sample.
  /// - Throws: ``WrongModelError`` where another model made the memories.
  func features(_ kind: FeatureKind, of sample: SampledMemories) throws -> any FeatureProvider {
    try model(of: sample).features(kind, bos: sample.bos, producer: sample.producer)
  }

  /// Trains a codebook.
  /// - Throws: ``FormatError``; ``FileError``; what training throws.
  func train(_ sample: SampledMemories, _ options: RunOptions) throws -> [UInt8] {
    let log = options.logLevel.logger("m3-quantize")
    let settings = self.settings.codebook(workers: options.workerCount)
    guard let layers = settings.codec.hiddenLayers else {
      return try SparseCodebookTraining(sample: sample, settings: settings) { log.info("\($0)") }.train()
    }
    let loaded = try model(of: sample)
    let kind = FeatureKind(hiddenLayers: layers, hiddenSize: loaded.model.configuration.hiddenSize)
    return try PredictedCodebookTraining(
      sample: sample, model: loaded.model, tokenizer: loaded.tokenizer, features: features(kind, of: sample),
      settings: settings
    ) { log.info("\($0)") }.train().bytes
  }

  /// What manifests say of a codec with this codebook: for predicted ones, with the step that meets the budget.
  /// - Throws: ``FormatError`` for a codebook of another codec or model.
  func description(
    of codebook: [UInt8], codebookPath: String?, sample: SampledMemories, _ options: RunOptions
  ) throws -> JSONObject {
    do throws(FormatError) {
      try CodebookIdentity(codebook, shape: sample.producer.shape).require(settings.codec, sample.producer)
    } catch {
      throw error.inFile(codebookPath ?? CodecFiles.codebookName)
    }
    var description: JSONObject = ["name": .string(settings.codec.rawValue)]
    guard settings.codec.isPredicted else { return description }
    let opened = try PredictedCodebook(bytes: codebook, shape: sample.producer.shape)
    let step = try BudgetedStep.step(
      of: opened, bytesPerReference: settings.bytesPerReference,
      sample: sample.thinned(to: PredictedCodebookTraining.stepReferences),
      features: features(opened.features, of: sample), workers: options.workerCount)
    description["step"] = .string("\(step)")
    return description
  }

  private func model(of sample: SampledMemories) throws -> LoadedModel {
    if let loaded { return loaded }
    guard let file else { throw UsageError("--model is wanted") }
    try file.requireProduced(sample.producer, bank: "the memories")
    let model = try LoadedModel(file)
    loaded = model
    return model
  }
}
