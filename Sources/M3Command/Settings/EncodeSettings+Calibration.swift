public import M3Encoder

extension EncodeSettings {
  /// These settings for a model, with what its calibration decides: the dense heads, and the BOS unless it is given.
  ///
  /// - Throws: ``SettingsError`` where `allocation: heads` has no calibration, or asks for more heads than the memory
  ///   layers have; ``FormatError`` for a calibration that is damaged or another model's; ``FileError``.
  public func resolved(for model: ModelIdentity) throws -> EncodeSettings {
    try resolved(calibration.map { try Calibration(path: $0, for: model) }, layerCount: model.layerCount)
  }

  /// As ``resolved(for:)``, with a calibration that is known to be the model's.
  public func resolved(_ calibration: Calibration?, layerCount: Int) throws -> EncodeSettings {
    var settings = self
    if let calibration, !isBOSGiven { settings.bos = calibration.bos[0].text }
    guard allocation == .heads else { return settings }
    guard let calibration else { throw SettingsError.needsCalibration }
    let layers = Set(try memoryLayers(layerCount: layerCount))
    let ranked = calibration.heads.map(\.head).filter { layers.contains($0.layer) }
    guard denseHeadCount <= ranked.count else {
      throw SettingsError.malformed("encode.dense_heads: the memory layers have \(ranked.count) heads")
    }
    settings.denseHeads = ranked.prefix(denseHeadCount).sorted()
    return settings
  }

  /// How the encoder carries these settings out.
  ///
  /// - Parameters:
  ///   - memoryLayers: those of the producer.
  ///   - repeatPrompt: the tokens of ``repeatPrompt``.
  public func encoderConfiguration(memoryLayers: [Int], repeatPrompt: [Int32]) -> EncoderConfiguration {
    EncoderConfiguration(
      rule: rule, allocation: allocation, tokensPerHead: tokensPerHead, denseHeads: denseHeads,
      memoryLayers: memoryLayers, keySpace: keySpace, repeatPrompt: repeatPrompt, context: context,
      documentTokens: documentTokens)
  }
}

extension SettingsError {
  static let needsCalibration = SettingsError.malformed(
    "encode.allocation: heads needs a calibration of the model: `calibration`, a file of m3-encode calibrate")
}
