import M3Tensor

extension GradientPass {
  /// From the loss to the residual stream: fills `scratch.residual`.
  ///
  /// - Parameters:
  ///   - rows: ascending, without gaps, to the last.
  ///   - targets: one a row.
  /// - Returns: the loss.
  func backwardOutput(rows: [Int], targets: ArraySlice<Int32>) -> Double {
    let (width, vocabulary) = (configuration.hiddenSize, configuration.vocabularySize)
    scratch.residual.pointer.update(repeating: 0, count: (rows.last! + 1) * width)
    var loss = 0.0
    forward.forEachLogitBlock(rows: rows) { indices, logits in
      for index in indices {
        let row = logits + (index - indices.lowerBound) * vocabulary
        let target = Int(targets[targets.startIndex + index])
        let likelihood = row[target]
        loss += Double(kernels.softmaxWithLogSumExp(row, visible: vocabulary, total: vocabulary)) - Double(likelihood)
        row[target] -= 1
      }
      let first = rows[indices.lowerBound] * width
      kernels.multiply(
        rows: indices.count, logits, by: weights.output, into: scratch.normalized.pointer + first)
      backwardNormalization(
        rows: rows[indices.lowerBound]..<rows[indices.upperBound - 1] + 1, of: forward.residual,
        weight: model.outputNormalization)
    }
    return loss
  }
}
