public import M3Tensor

/// A BERT encoder's weights, packed for one set of kernels.
///
/// Immutable: any number of ``BertPass`` read it at once.
public final class BertModel: Sendable {
  public let configuration: BertConfiguration
  public let kernels: Kernels
  /// (V, C), row-major.
  let wordEmbedding: FloatBuffer
  /// (positions, C), row-major: the position's embedding and that of the first token type, summed.
  let positionEmbedding: FloatBuffer
  let embeddingNormalization: BertNormalization
  let layers: [BertLayer]

  init(
    configuration: BertConfiguration, kernels: Kernels, wordEmbedding: FloatBuffer, positionEmbedding: FloatBuffer,
    embeddingNormalization: BertNormalization, layers: [BertLayer]
  ) {
    self.configuration = configuration
    self.kernels = kernels
    self.wordEmbedding = wordEmbedding
    self.positionEmbedding = positionEmbedding
    self.embeddingNormalization = embeddingNormalization
    self.layers = layers
  }
}

/// One encoder layer.
struct BertLayer: Sendable {
  /// (3C, C): rows of queries, keys, values.
  let projection: BertLinear
  /// (C, C).
  let attentionOutput: BertLinear
  let attentionNormalization: BertNormalization
  /// (W, C).
  let intermediate: BertLinear
  /// (C, W).
  let output: BertLinear
  let outputNormalization: BertNormalization
}

/// A linear layer of (outputs, inputs).
struct BertLinear: Sendable {
  let weight: PackedMatrix
  /// (outputs).
  let bias: FloatBuffer
}

/// A layer normalization.
struct BertNormalization: Sendable {
  /// (C).
  let weight: FloatBuffer
  /// (C).
  let bias: FloatBuffer
}
