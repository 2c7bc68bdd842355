import M3Encoder
import M3JSON
public import M3Memory
import M3Transformer
import M3Weights

extension LoadedModel {
  /// The identity of memories that this model makes with these settings.
  /// - Throws: ``SettingsError`` for layers that the model does not have.
  public func producer(_ settings: EncodeSettings) throws -> Producer {
    let shape = model.configuration
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
      selection: [
        "allocation": .string(settings.allocation.rawValue), "repeat_prompt": .string(settings.repeatPrompt),
        "rule": .string(settings.rule.rawValue), "tokens_per_head": .integer(Int64(settings.tokensPerHead)),
      ])
  }

  private func rotaryFactors() throws -> [String] {
    guard let tensor = file.tensors["rope_freqs.weight"] else { return [] }
    return try file.readVector(tensor).map { "\($0)" }
  }

  /// Refuses memories that another model made, with the differences printed.
  /// - Throws: ``WrongModelError`` naming every field that differs.
  public func requireProduced(_ producer: Producer, bank: String) throws {
    var own = producer
    own.modelDigest = digest
    own.tokenizerFingerprint = tokenizerFingerprint
    own.layerCount = model.configuration.layerCount
    own.queryHeadCount = model.configuration.queryHeadCount
    own.rotaryBase = "\(model.configuration.rotaryBase)"
    own.shape = MemoryShape(
      layers: producer.shape.layers, keyValueHeadCount: model.configuration.keyValueHeadCount,
      headDimension: model.configuration.headDimension)
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
