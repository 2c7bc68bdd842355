import M3Tensor

/// Keeps a copy of what the backward pass needs of one sequence's forward pass.
///
/// For T tokens that see S rows it holds L · T · (2C + 2W + (H + 2G) · D) values and L · H · T · S probabilities: 115 MB for
/// 128 tokens that read 128 rows in a model of 135 M parameters. The buffers grow to the longest sequence seen and stay.
final class ActivationTape: ActivationObserver {
  struct Layer {
    /// (T, C) before attention.
    var attentionInput = FloatBuffer(count: 0)
    /// (T, (H + 2G) · D), queries and keys rotated.
    var projections = FloatBuffer(count: 0)
    /// One a query head: (T, S), columns as ``AttentionProbabilities`` has them.
    var probabilities: [FloatBuffer]
    /// (T, C) before the feed-forward part.
    var feedForwardInput = FloatBuffer(count: 0)
    /// (T, 2W), a row's gate, then its up projection.
    var gateAndUp = FloatBuffer(count: 0)
  }

  private(set) var layers: [Layer]
  private let configuration: LlamaConfiguration

  init(_ configuration: LlamaConfiguration) {
    self.configuration = configuration
    layers = (0..<configuration.layerCount).map { _ in
      Layer(probabilities: (0..<configuration.queryHeadCount).map { _ in FloatBuffer(count: 0) })
    }
  }

  func entersAttention(layer: Int, _ residual: UnsafePointer<Float>, rowCount: Int) {
    keep(residual, rowCount * configuration.hiddenSize, in: &layers[layer].attentionInput)
  }

  func rotated(layer: Int, _ projections: Projections) {
    keep(projections.pointer, projections.sequenceOffsets.last! * projections.stride, in: &layers[layer].projections)
  }

  func wantsProbabilities(layer: Int) -> Bool { true }

  func attended(layer: Int, _ probabilities: AttentionProbabilities) {
    keep(
      probabilities.pointer, probabilities.queryCount * probabilities.stride,
      in: &layers[layer].probabilities[probabilities.queryHead])
  }

  func entersFeedForward(layer: Int, _ residual: UnsafePointer<Float>, rowCount: Int) {
    keep(residual, rowCount * configuration.hiddenSize, in: &layers[layer].feedForwardInput)
  }

  func entersGate(layer: Int, _ gateAndUp: UnsafePointer<Float>, rowCount: Int) {
    keep(gateAndUp, rowCount * 2 * configuration.feedForwardSize, in: &layers[layer].gateAndUp)
  }

  private func keep(_ values: UnsafePointer<Float>, _ count: Int, in buffer: inout FloatBuffer) {
    FloatBuffer.grow(&buffer, to: count)
    buffer.pointer.update(from: values, count: count)
  }
}
