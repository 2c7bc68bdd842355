/// A model's weights for one token at a time; embedding and normalizations are the model's own.
struct DecodingWeights: Sendable {
  let layers: [CodedLayer]
  /// (V, C).
  let output: CodedMatrix
}
