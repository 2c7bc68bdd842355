public import M3Encoder
public import M3Memory
import M3Text
import M3Transformer
import M3Weights

extension ModelFile {
  /// What the model's calibration is bound to.
  public var identity: ModelIdentity {
    ModelIdentity(digest: digest, tokenizerFingerprint: tokenizerFingerprint, shape: configuration)
  }

  /// The identity of memories that this model makes with these settings.
  /// - Throws: ``SettingsError`` for layers that the model does not have, and for `allocation: heads` that no calibration
  ///   has resolved.
  public func producer(_ settings: EncodeSettings) throws -> Producer {
    guard settings.allocation != .heads || !settings.denseHeads.isEmpty else { throw SettingsError.needsCalibration }
    let shape = configuration
    return Producer(
      modelDigest: digest,
      tokenizerFingerprint: tokenizerFingerprint,
      architecture: "llama",
      layerCount: shape.layerCount,
      queryHeadCount: shape.queryHeadCount,
      shape: MemoryShape(
        layers: try settings.memoryLayers(layerCount: shape.layerCount), keyValueHeadCount: shape.keyValueHeadCount,
        headDimension: shape.headDimension),
      rotaryBase: "\(shape.rotaryBase)",
      rotaryFactors: try rotaryFactors(),
      bosText: settings.bos,
      bosTokens: try bosTokens(settings.bos),
      contextBOS: settings.contextBOS,
      keySpace: settings.keySpace,
      selection: settings.selection)
  }

  /// What encodes references as a producer of these settings says.
  public func encoderConfiguration(_ settings: EncodeSettings, producer: Producer) -> EncoderConfiguration {
    settings.encoderConfiguration(
      memoryLayers: producer.shape.layers, repeatPrompt: tokenizer.encode(settings.repeatPrompt))
  }

  private func rotaryFactors() throws -> [String] {
    guard let tensor = file.tensors["rope_freqs.weight"] else { return [] }
    return try file.readVector(tensor).map { "\($0)" }
  }

  /// Tokens that the file of a BOS memory may have.
  private static let maximumBOSTokenCount = 4096

  /// The tokens of a BOS text; empty text stands for the model's own BOS token.
  /// - Throws: ``UsageError`` where the model has none, and where the text leaves no room in the model's context.
  public func bosTokens(_ text: String) throws -> [Int32] {
    if !text.isEmpty {
      let tokens = tokenizer.encodeWithControlTokens(text)
      // `<|endoftext|>` spelled in characters is nothing that a model begins with.
      guard !text.utf8.starts(with: "<|".utf8) || tokenizer.isControl(tokens.first ?? -1) else {
        throw UsageError(
          "\(text): no control token of this model: set `bos`, or give the model's calibration (`m3-encode calibrate`)")
      }
      let limit = min(configuration.contextLength - 1, Self.maximumBOSTokenCount)
      guard tokens.count <= limit else {
        throw UsageError("the BOS text has \(tokens.count) tokens; \(limit) are the most for this model")
      }
      return tokens
    }
    guard let token = tokenizer.beginningOfSequence else { throw UsageError("the model names no BOS token: set `bos`") }
    return [token]
  }

  /// Refuses memories that another model made, with the differences printed.
  /// - Throws: ``WrongModelError`` naming every field that differs; ``FormatError`` and ``FileError`` of the model's file.
  public func requireProduced(_ producer: Producer, bank: String) throws {
    var own = producer
    own.modelDigest = digest
    own.tokenizerFingerprint = tokenizerFingerprint
    own.layerCount = configuration.layerCount
    own.queryHeadCount = configuration.queryHeadCount
    own.rotaryBase = "\(configuration.rotaryBase)"
    own.rotaryFactors = try rotaryFactors()
    own.shape = MemoryShape(
      layers: producer.shape.layers, keyValueHeadCount: configuration.keyValueHeadCount,
      headDimension: configuration.headDimension)
    let differences = producer.differences(from: own)
    guard differences.isEmpty else { throw WrongModelError(bank: bank, model: file.path, differences: differences) }
  }
}

/// A bank that another model made.
public struct WrongModelError: Error, Sendable, CustomStringConvertible {
  public let bank: String
  public let model: String
  /// `field: bank's here, model's there`.
  public let differences: [String]

  public var description: String {
    "\(model): not the model that made \(bank)\n" + differences.map { "  \($0)" }.joined(separator: "\n")
  }
}
