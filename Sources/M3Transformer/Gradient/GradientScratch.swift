import M3Tensor

/// Buffers of a backward pass; they grow to the longest sequence seen and stay. All but `reverseAngles` hold derivatives of
/// the loss by what their name says.
struct GradientScratch {
  /// (T, C), the residual stream.
  var residual = FloatBuffer(count: 0)
  /// (T, C), what a normalization gives.
  var normalized = FloatBuffer(count: 0)
  /// (T, W), the gated product.
  var gated = FloatBuffer(count: 0)
  /// (T, 2W).
  var gateAndUp = FloatBuffer(count: 0)
  /// (T, H · D), the mixed values.
  var attention = FloatBuffer(count: 0)
  /// (T, (H + 2G) · D), rotated.
  var projections = FloatBuffer(count: 0)
  /// (T, D): a position's cosines, then its sines with their signs changed.
  var reverseAngles = FloatBuffer(count: 0)
  /// (L · G), the biases and the scales of memories' logits.
  var biases: [Double] = []
  var scales: [Double] = []
  /// What one head's attention works on.
  var head = AttentionGradientScratch()

  mutating func resetConstants(_ configuration: LlamaConfiguration) {
    biases = Array(repeating: 0, count: configuration.layerCount * configuration.keyValueHeadCount)
    scales = biases
  }

  mutating func reserve(rows: Int, _ configuration: LlamaConfiguration) {
    FloatBuffer.grow(&residual, to: rows * configuration.hiddenSize)
    FloatBuffer.grow(&normalized, to: rows * configuration.hiddenSize)
    FloatBuffer.grow(&gated, to: rows * configuration.feedForwardSize)
    FloatBuffer.grow(&gateAndUp, to: rows * 2 * configuration.feedForwardSize)
    FloatBuffer.grow(&attention, to: rows * configuration.querySize)
    FloatBuffer.grow(&projections, to: rows * configuration.projectionSize)
    FloatBuffer.grow(&reverseAngles, to: rows * configuration.headDimension)
  }
}

/// Buffers for the S rows that one key-value head of T tokens sees.
struct AttentionGradientScratch {
  /// (S, D) keys, then (S, D) values.
  var gathered = FloatBuffer(count: 0)
  /// Keys and values in the kernels' panels, block by block.
  var packed = FloatBuffer(count: 0)
  /// (T, S) derivatives by the scores of one query head.
  var scores = FloatBuffer(count: 0)
  /// One block of columns of probabilities, or of the scores' derivatives, in the kernels' panels.
  var packedColumns = FloatBuffer(count: 0)
  /// (D, T) queries, then (D, T) derivatives by the mixed values, of one query head.
  var turned = FloatBuffer(count: 0)
  /// (D, S) derivatives by keys, then (D, S) by values.
  var keysAndValues = FloatBuffer(count: 0)
}
