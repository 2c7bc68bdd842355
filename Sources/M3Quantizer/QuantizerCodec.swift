/// The codecs that `m3-quantize` trains, by their names in settings.
public enum QuantizerCodec: String, Sendable, CaseIterable {
  case int8, int4, int3, int2
  case pq, opq, residual
  /// The paper's: rotation, coarse two-part quantizer, product quantizer of its residual (section 3.3, appendix B).
  case memory3
  /// Predicted from the embeddings of a token and the one before it.
  case predicted
  /// Predicted also from their hidden states after two layers.
  case predictedX2 = "predicted-x2"

  /// Layers of the model whose output is a feature; nil for codecs that need no model.
  public var hiddenLayers: Int? {
    switch self {
    case .predicted: 0
    case .predictedX2: 2
    default: nil
    }
  }

  public var isPredicted: Bool { hiddenLayers != nil }

  /// Whether vectors are coded by trained codebooks.
  public var isProduct: Bool {
    switch self {
    case .pq, .opq, .residual, .memory3: true
    default: false
    }
  }
}
