import M3Tensor

extension GradientPass {
  /// From rotated queries, keys and values to what they were projected from: adds to `scratch.residual`.
  func backwardProjection(_ index: Int, rowCount: Int) {
    let half = configuration.headDimension / 2
    let heads = configuration.queryHeadCount + configuration.keyValueHeadCount
    for row in 0..<rowCount {
      let angles = UnsafePointer(scratch.reverseAngles.pointer + row * configuration.headDimension)
      kernels.rotate(
        heads: heads, headDimension: configuration.headDimension,
        scratch.projections.pointer + row * configuration.projectionSize, cosines: angles, sines: angles + half)
    }
    kernels.multiply(
      rows: rowCount, scratch.projections.pointer, by: weights.layers[index].projection,
      into: scratch.normalized.pointer)
    backwardNormalization(
      rows: 0..<rowCount, of: tape.layers[index].attentionInput, weight: model.layers[index].attentionNormalization)
  }

  /// Angles of the rotations by −p.
  func setReverseAngles(_ positions: [Int32]) {
    let half = configuration.headDimension / 2
    for (row, position) in positions.enumerated() {
      let angles = scratch.reverseAngles.pointer + row * configuration.headDimension
      angles.update(from: model.rotary.cosines(Int(position)), count: half)
      let sines = model.rotary.sines(Int(position))
      for pair in 0..<half { angles[half + pair] = -sines[pair] }
    }
  }
}
