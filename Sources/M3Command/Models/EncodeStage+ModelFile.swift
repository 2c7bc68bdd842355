public import M3Encoder
public import M3Memory
public import M3Stage

extension EncodeStage {
  /// The stage that a model and settings make; reads the model's weights.
  ///
  /// - Parameters:
  ///   - settings: resolved for the model.
  ///   - producer: the model's, of these settings.
  /// - Throws: ``FormatError``; ``FileError``.
  public init(
    _ file: ModelFile, settings: EncodeSettings, producer: Producer, badInput: BadInputPolicy, workers: Int
  ) throws {
    let loaded = try LoadedModel(file, arithmetic: settings.arithmetic)
    self.init(
      model: loaded.model, tokenizer: loaded.tokenizer, producer: producer,
      bos: BOSMemory(tokens: producer.bosTokens, model: loaded.model),
      configuration: file.encoderConfiguration(settings, producer: producer), badInput: badInput, workers: workers)
  }
}
