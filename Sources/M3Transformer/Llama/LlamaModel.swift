public import M3Tensor

/// A Llama-family decoder's weights, packed for one set of kernels.
///
/// Immutable: any number of ``ForwardPass`` read it at once. Rows of query and key weights are kept in the half-split
/// order of the rotary kernels, so keys and values come out as Hugging Face's `transformers` gives them.
public final class LlamaModel: Sendable {
  public let configuration: LlamaConfiguration
  public let kernels: Kernels
  public let arithmetic: Arithmetic
  /// Cosines and sines for all positions of the context length.
  public let rotary: RotaryTable
  let layers: [LlamaLayer]
  /// (V, C), row-major.
  let embedding: FloatBuffer
  /// (C).
  let outputNormalization: FloatBuffer
  /// (V, C); tied models have their embedding here a second time.
  let output: LayerMatrix
  /// Nil where the model was loaded without them.
  let decoding: DecodingWeights?

  init(
    configuration: LlamaConfiguration, kernels: Kernels, arithmetic: Arithmetic, rotary: RotaryTable, layers: [LlamaLayer],
    embedding: FloatBuffer, outputNormalization: FloatBuffer, output: LayerMatrix,
    decoding: DecodingWeights?
  ) {
    self.configuration = configuration
    self.kernels = kernels
    self.arithmetic = arithmetic
    self.rotary = rotary
    self.layers = layers
    self.embedding = embedding
    self.outputNormalization = outputNormalization
    self.output = output
    self.decoding = decoding
  }
}

/// One decoder layer.
struct LlamaLayer: Sendable {
  /// (C).
  let attentionNormalization: FloatBuffer
  /// ((H + 2G) · D, C): rows of queries, keys, values.
  let projection: LayerMatrix
  /// (C, H · D).
  let attentionOutput: LayerMatrix
  /// (C).
  let feedForwardNormalization: FloatBuffer
  /// (2W, C): rows of the gate, then of the up projection.
  let gateAndUp: LayerMatrix
  /// (C, W).
  let down: LayerMatrix
}
