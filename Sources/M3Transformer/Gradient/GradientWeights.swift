import M3Parallel
import M3Tensor

/// The weights of a model as a backward pass multiplies with them: dX = dY · W, W of (outputs, inputs) as it is.
///
/// A second copy of the weights in float32, without the embedding; immutable, so that any number of ``GradientPass`` read
/// it at once. Weights themselves have no gradients here: the model is frozen.
public final class GradientWeights: Sendable {
  /// The model that they are a copy of.
  public let model: LlamaModel
  let layers: [GradientLayer]
  /// (V, C): depth V.
  let output: PackedMatrix

  /// Packs a model's weights the other way round, layers in parallel.
  /// - Precondition: the model is in ``Arithmetic/float32``.
  /// - Throws: `TensorError.sizeOverflow`.
  public init(_ model: LlamaModel) throws {
    layers = try ParallelLoop.map(model.layers.count) { try GradientLayer(model.layers[$0], kernels: model.kernels) }
    output = try PackedMatrix(turning: model.output.packedMatrix, kernels: model.kernels)
    self.model = model
  }
}

/// One layer's weights, each packed with its outputs as depth.
struct GradientLayer: Sendable {
  /// ((H + 2G) · D, C).
  let projection: PackedMatrix
  /// (C, H · D).
  let attentionOutput: PackedMatrix
  /// (2W, C).
  let gateAndUp: PackedMatrix
  /// (C, W).
  let down: PackedMatrix

  init(_ layer: LlamaLayer, kernels: Kernels) throws {
    projection = try PackedMatrix(turning: layer.projection.packedMatrix, kernels: kernels)
    attentionOutput = try PackedMatrix(turning: layer.attentionOutput.packedMatrix, kernels: kernels)
    gateAndUp = try PackedMatrix(turning: layer.gateAndUp.packedMatrix, kernels: kernels)
    down = try PackedMatrix(turning: layer.down.packedMatrix, kernels: kernels)
  }
}

extension PackedMatrix {
  /// The transpose of a packed matrix.
  /// - Throws: `TensorError.sizeOverflow`.
  convenience init(turning matrix: PackedMatrix, kernels: Kernels) throws {
    let (depth, width) = (matrix.depth, matrix.panelWidth)
    try self.init(columns: depth, depth: matrix.columns, kernels: kernels) { row, target in
      // A row of the packed matrix lies in pieces, one in each panel.
      for column in stride(from: 0, to: matrix.columns, by: width) {
        (target + column).update(
          from: matrix.pointer + column * depth + row * width, count: min(width, matrix.columns - column))
      }
    }
  }
}
