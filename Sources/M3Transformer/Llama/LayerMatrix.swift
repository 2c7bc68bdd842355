import M3Tensor

/// A weight of (N, K) as a forward pass multiplies with it.
enum LayerMatrix: Sendable {
  /// Of a model in ``Arithmetic/float32``.
  case packed(PackedMatrix)
  /// Of a model in ``Arithmetic/int8``.
  case coded(CodedMatrix)

  /// - Precondition: the model is in ``Arithmetic/float32``.
  var packedMatrix: PackedMatrix {
    guard case .packed(let matrix) = self else { preconditionFailure("weights in float32 are wanted") }
    return matrix
  }
}
