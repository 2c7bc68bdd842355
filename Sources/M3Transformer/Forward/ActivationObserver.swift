/// Sees the activations between attention and attention as well: what a backward pass starts from. Pointers are valid
/// during the call only.
protocol ActivationObserver: AttentionObserver {
  /// (N, C), the residual stream that a layer's attention is computed from.
  func entersAttention(layer: Int, _ residual: UnsafePointer<Float>, rowCount: Int)
  /// (N, C), the residual stream that a layer's feed-forward part is computed from.
  func entersFeedForward(layer: Int, _ residual: UnsafePointer<Float>, rowCount: Int)
  /// (N, 2W), a row's gate, then its up projection.
  func entersGate(layer: Int, _ gateAndUp: UnsafePointer<Float>, rowCount: Int)
}
