/// The shape of a BERT encoder (arXiv 1810.04805), as Hugging Face's `transformers` has it.
public struct BertConfiguration: Sendable, Equatable {
  /// The function between the two layers of the feed-forward network, by the name in `config.json`.
  public enum Activation: String, Sendable, CaseIterable {
    /// x · Φ(x).
    case gelu
    /// Its approximation by tanh.
    case geluNew = "gelu_new"
    /// The same approximation under its other name.
    case geluTanh = "gelu_pytorch_tanh"
  }

  /// L, encoder layers.
  public var layerCount: Int
  /// C, width of the hidden states.
  public var hiddenSize: Int
  /// W, width of the feed-forward layer.
  public var feedForwardSize: Int
  /// H, attention heads; C is a multiple of it.
  public var headCount: Int
  /// V, entries of the vocabulary.
  public var vocabularySize: Int
  /// Positions that were trained: the most tokens that a sequence can have.
  public var maximumPositionCount: Int
  /// Kinds of segments that were trained; this encoder's tokens are all of the first.
  public var tokenTypeCount: Int
  /// ε of the layer normalization.
  public var normalizationEpsilon: Float
  public var activation: Activation

  /// D, elements of a head.
  public var headDimension: Int { hiddenSize / headCount }
  /// 1 / √D, the scale of attention scores.
  public var attentionScale: Float { 1 / Float(headDimension).squareRoot() }

  /// Multiply-adds of the linear layers for one token.
  public var multiplyAddsPerToken: Int { layerCount * hiddenSize * (4 * hiddenSize + 2 * feedForwardSize) }
}
