public import M3Bytes
public import M3Transformer

/// What a calibration is bound to: a model's weights, its tokenizer, and the heads that it has.
public struct ModelIdentity: Sendable, Equatable {
  /// SHA-256 of the weights file.
  public var digest: SHA256Digest
  /// What decides token ids, as 16 hexadecimal digits.
  public var tokenizerFingerprint: String
  /// L.
  public var layerCount: Int
  /// G.
  public var keyValueHeadCount: Int

  public init(digest: SHA256Digest, tokenizerFingerprint: String, layerCount: Int, keyValueHeadCount: Int) {
    self.digest = digest
    self.tokenizerFingerprint = tokenizerFingerprint
    self.layerCount = layerCount
    self.keyValueHeadCount = keyValueHeadCount
  }

  public init(digest: SHA256Digest, tokenizerFingerprint: String, shape: LlamaConfiguration) {
    self.init(
      digest: digest, tokenizerFingerprint: tokenizerFingerprint, layerCount: shape.layerCount,
      keyValueHeadCount: shape.keyValueHeadCount)
  }
}
