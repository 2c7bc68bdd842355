/// The shape of a Llama-family decoder.
public struct LlamaConfiguration: Sendable, Equatable {
  /// L, decoder layers.
  public var layerCount: Int
  /// C, width of the residual stream.
  public var hiddenSize: Int
  /// W, width of the gated feed-forward layer.
  public var feedForwardSize: Int
  /// H, query heads.
  public var queryHeadCount: Int
  /// G, key-value heads; H is a multiple of it.
  public var keyValueHeadCount: Int
  /// D, elements of a head.
  public var headDimension: Int
  /// V, entries of the vocabulary.
  public var vocabularySize: Int
  /// Positions that can be computed: what the model was trained for, at most ``maximumContextLength``.
  public var contextLength: Int
  /// θ of the rotary embedding.
  public var rotaryBase: Double
  /// ε of the root mean square normalization.
  public var normalizationEpsilon: Float

  /// References and their contexts are short; a table of rotations for a longer context would only take memory.
  public static let maximumContextLength = 32_768

  /// Query heads that share a key-value head.
  public var groupSize: Int { queryHeadCount / keyValueHeadCount }
  /// H · D.
  public var querySize: Int { queryHeadCount * headDimension }
  /// G · D.
  public var keyValueSize: Int { keyValueHeadCount * headDimension }
  /// Width of the fused projection: queries, then keys, then values.
  public var projectionSize: Int { querySize + 2 * keyValueSize }
  /// 1 / √D, the scale of attention scores.
  public var attentionScale: Float { 1 / Float(headDimension).squareRoot() }

  /// Multiply-adds of the linear layers for one token, output head left out.
  public var multiplyAddsPerToken: Int {
    layerCount * (hiddenSize * projectionSize + querySize * hiddenSize + 3 * hiddenSize * feedForwardSize)
  }
}
