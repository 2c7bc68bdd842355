import M3Tensor

extension ForwardPass {
  /// V.
  public var vocabularySize: Int { configuration.vocabularySize }

  /// Rows of logits computed at a time: bounds the scratch to this many times V.
  private static let rowsAtOnce = 32

  /// Logits of some rows of the last run.
  ///
  /// - Parameters:
  ///   - rows: rows of the batch, as ``Projections/sequenceOffsets`` counts them.
  ///   - body: gets each row's index in `rows` and its V logits, in order; the pointer is valid during the call.
  public func forEachLogits(rows: [Int], _ body: (_ index: Int, _ logits: UnsafeMutablePointer<Float>) -> Void) {
    forEachLogitBlock(rows: rows) { indices, logits in
      for index in indices { body(index, logits + (index - indices.lowerBound) * configuration.vocabularySize) }
    }
  }

  /// The same for several rows at a time: their indices, and their logits (indices, V).
  func forEachLogitBlock(
    rows: [Int], _ body: (_ indices: Range<Int>, _ logits: UnsafeMutablePointer<Float>) -> Void
  ) {
    let width = configuration.hiddenSize
    let vocabulary = configuration.vocabularySize
    let capacity = min(Self.rowsAtOnce, rows.count)
    let normalized = FloatBuffer(uninitializedCount: capacity * width)
    let logits = FloatBuffer(uninitializedCount: capacity * vocabulary)
    for start in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
      let count = min(Self.rowsAtOnce, rows.count - start)
      for index in 0..<count {
        kernels.rmsNorm(
          count: width, residual.pointer + rows[start + index] * width, weight: model.outputNormalization.pointer,
          epsilon: configuration.normalizationEpsilon, into: normalized.pointer + index * width)
      }
      multiply(rows: count, depth: width, normalized.pointer, by: model.output, into: logits.pointer)
      body(start..<start + count, logits.pointer)
    }
  }

  /// −log p of each target, given the hidden state of its row.
  public func negativeLogLikelihoods(rows: [Int], targets: [Int32]) -> [Double] {
    precondition(rows.count == targets.count, "one target a row")
    var result: [Double] = []
    forEachLogits(rows: rows) { index, logits in
      result.append(
        Double(kernels.logSumExp(logits, count: configuration.vocabularySize)) - Double(logits[Int(targets[index])]))
    }
    return result
  }
}
