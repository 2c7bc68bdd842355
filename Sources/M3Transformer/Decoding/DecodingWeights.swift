/// A model's weights for one token at a time; embedding and normalizations are the model's own.
struct DecodingWeights: Sendable {
  let layers: [DecodingLayer]
  /// (V, C).
  let output: DecodingMatrix
}

/// The matrices of one decoder layer, rows in the order of the model's packed ones.
struct DecodingLayer: Sendable {
  /// ((H + 2G) · D, C): queries, keys, values.
  let projection: DecodingMatrix
  /// (C, H · D).
  let attentionOutput: DecodingMatrix
  /// (2W, C): gate, then up projection.
  let gateAndUp: DecodingMatrix
  /// (C, W).
  let down: DecodingMatrix
}
