import M3Tensor

extension GradientPass {
  /// Through the feed-forward part of a layer: adds to `scratch.residual`.
  func backwardFeedForward(_ index: Int, rowCount: Int) {
    let width = configuration.feedForwardSize
    let layer = weights.layers[index]
    let kept = tape.layers[index]
    kernels.multiply(rows: rowCount, scratch.residual.pointer, by: layer.down, into: scratch.gated.pointer)
    for row in 0..<rowCount {
      let gate = UnsafePointer(kept.gateAndUp.pointer + row * 2 * width)
      let up = gate + width
      let gated = UnsafePointer(scratch.gated.pointer + row * width)
      let gateGradient = scratch.gateAndUp.pointer + row * 2 * width
      let upGradient = gateGradient + width
      for element in 0..<width { upGradient[element] = -gate[element] }
      kernels.exp(count: width, upGradient, into: upGradient)
      for element in 0..<width {
        // silu(g) = g · σ(g), of slope σ(g) · (1 + g · (1 − σ(g))).
        let sigmoid = 1 / (1 + upGradient[element])
        let activated = gate[element] * sigmoid
        gateGradient[element] = gated[element] * up[element] * (sigmoid + activated * (1 - sigmoid))
        upGradient[element] = gated[element] * activated
      }
    }
    kernels.multiply(
      rows: rowCount, scratch.gateAndUp.pointer, by: layer.gateAndUp, into: scratch.normalized.pointer)
    backwardNormalization(
      rows: 0..<rowCount, of: kept.feedForwardInput, weight: model.layers[index].feedForwardNormalization)
  }
}
