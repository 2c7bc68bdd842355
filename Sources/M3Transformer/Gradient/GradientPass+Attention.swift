import M3Memory
import M3Tensor

extension GradientPass {
  /// Through the attention of a layer: from `scratch.residual` to the memories' gradients and to `scratch.projections`.
  ///
  /// With probabilities P, mixed values O = P · V and scores S = scale · Q · Kᵀ of a query head: dV = Pᵀ · dO,
  /// dS = P ∘ (dO · Vᵀ − rows' sums of P ∘ (dO · Vᵀ)), dQ = scale · dS · K and dK = scale · dSᵀ · Q. Query heads that share a
  /// key-value head add to the same dK and dV.
  func backwardAttention(_ sequence: Sequence, layer: Int, into gradients: [KeyValueGradient]) {
    kernels.multiply(
      rows: sequence.tokens.count, scratch.residual.pointer, by: weights.layers[layer].attentionOutput,
      into: scratch.attention.pointer)
    for head in 0..<configuration.keyValueHeadCount {
      let seen = SeenRows(sequence, layer: layer, head: head)
      gather(seen, layer: layer, head: head)
      pack(seen)
      for member in 0..<configuration.groupSize {
        let queryHead = head * configuration.groupSize + member
        let probabilities = UnsafePointer(tape.layers[layer].probabilities[queryHead].pointer)
        backwardScores(sequence.memory, seen, probabilities, layer: layer, queryHead: queryHead)
        backwardQueries(seen, queryHead: queryHead)
        backwardKeysAndValues(seen, probabilities, layer: layer, queryHead: queryHead, accumulating: member > 0)
      }
      scatter(seen, head: head, into: gradients)
      addScales(sequence.memory, seen, gradients, entry: layer * configuration.keyValueHeadCount + head)
    }
  }

  /// Copies keys and values of all rows that a head sees into `gathered`.
  private func gather(_ seen: SeenRows, layer: Int, head: Int) {
    let dimension = configuration.headDimension
    FloatBuffer.grow(&scratch.head.gathered, to: 2 * seen.count * dimension)
    let keys = scratch.head.gathered.pointer
    let values = keys + seen.count * dimension
    for part in seen.parts {
      let (first, count) = (part.rows.lowerBound * dimension, part.rows.count * dimension)
      (keys + part.firstColumn * dimension).update(from: part.source.keys.pointer + first, count: count)
      (values + part.firstColumn * dimension).update(from: part.source.values.pointer + first, count: count)
    }
    var row =
      UnsafePointer(tape.layers[layer].projections.pointer) + configuration.querySize + head * dimension
    for column in seen.precedingCount..<seen.count {
      (keys + column * dimension).update(from: row, count: dimension)
      (values + column * dimension).update(from: row + configuration.keyValueSize, count: dimension)
      row += configuration.projectionSize
    }
  }

  /// Elements of a block's packed keys; its packed values follow those of all blocks.
  private var keyPanelCount: Int { kernels.padded(configuration.headDimension) * SeenRows.blockSize }
  private var valuePanelCount: Int { kernels.padded(SeenRows.blockSize) * configuration.headDimension }

  /// Packs the gathered keys as they are and the values transposed, a block at a time.
  private func pack(_ seen: SeenRows) {
    let dimension = configuration.headDimension
    FloatBuffer.grow(&scratch.head.packed, to: seen.blockCount * (keyPanelCount + valuePanelCount))
    let keys = UnsafePointer(scratch.head.gathered.pointer)
    let values = keys + seen.count * dimension
    let packedKeys = scratch.head.packed.pointer
    let packedValues = packedKeys + seen.blockCount * keyPanelCount
    for (block, start) in seen.blocks.enumerated() {
      let count = seen.columnCount(ofBlock: start)
      kernels.pack(
        columns: dimension, depth: count, keys + start * dimension, stride: dimension,
        into: packedKeys + block * keyPanelCount)
      kernels.packTransposed(
        columns: count, depth: dimension, values + start * dimension, stride: dimension,
        into: packedValues + block * valuePanelCount)
    }
  }

  /// Fills `scores` with the derivatives (T, S) by q · k of one query head.
  private func backwardScores(
    _ context: MemoryContext?, _ seen: SeenRows, _ probabilities: UnsafePointer<Float>, layer: Int, queryHead: Int
  ) {
    let (dimension, width) = (configuration.headDimension, configuration.querySize)
    FloatBuffer.grow(&scratch.head.scores, to: seen.tokenCount * seen.count)
    let scores = scratch.head.scores.pointer
    let mixed = UnsafePointer(scratch.attention.pointer) + queryHead * dimension
    let packedValues = UnsafePointer(scratch.head.packed.pointer) + seen.blockCount * keyPanelCount
    for (block, start) in seen.blocks.enumerated() {
      let first = seen.firstQuery(ofBlock: start)
      kernels.multiply(
        rows: seen.tokenCount - first, columns: seen.columnCount(ofBlock: start), depth: dimension,
        mixed + first * width, stride: width, packed: packedValues + block * valuePanelCount,
        into: scores + first * seen.count + start, stride: seen.count)
    }
    let scale = configuration.attentionScale
    let entry = layer * configuration.keyValueHeadCount + queryHead / configuration.groupSize
    let memoryCount = seen.precedingCount - seen.bosCount
    let factor = (context?.logitScale ?? 1) * (context?.constants?.scales[entry] ?? 1)
    let logSumExpFactor = (context?.logSumExpScale ?? 1) - 1
    var biasGradient = 0.0
    for query in 0..<seen.tokenCount {
      let row = scores + query * seen.count
      let weights = probabilities + query * seen.count
      let visible = seen.precedingCount + query + 1
      let mean = kernels.dot(count: visible, weights, row)
      for column in 0..<visible { row[column] = weights[column] * (row[column] - mean) * scale }
      (row + visible).update(repeating: 0, count: seen.count - visible)
      let memory = row + seen.bosCount
      if logSumExpFactor != 0 {
        backwardLogSumExp(memory, weights + seen.bosCount, count: memoryCount, factor: logSumExpFactor)
      }
      biasGradient += Double(kernels.sum(count: memoryCount, memory))
      if factor != 1 { for column in 0..<memoryCount { memory[column] *= factor } }
    }
    scratch.biases[entry] += biasGradient / Double(scale)
  }

  /// Through APE's scaling factor c on one query's scores over memories' keys.
  ///
  /// m' = m + (c − 1) · log Σ exp m has dm = dm' + (c − 1) · softmax(m) · Σ dm', and softmax(m) are the probabilities over
  /// these keys by their sum.
  private func backwardLogSumExp(
    _ scores: UnsafeMutablePointer<Float>, _ probabilities: UnsafePointer<Float>, count: Int, factor: Float
  ) {
    let share = kernels.sum(count: count, probabilities)
    guard share > 0 else { return }
    let total = kernels.sum(count: count, scores)
    kernels.add(count: count, probabilities, scaledBy: factor * total / share, into: scores)
  }

  /// From `scores` to the query head's columns of `scratch.projections`.
  private func backwardQueries(_ seen: SeenRows, queryHead: Int) {
    let (dimension, width) = (configuration.headDimension, configuration.projectionSize)
    let scores = UnsafePointer(scratch.head.scores.pointer)
    let queries = scratch.projections.pointer + queryHead * dimension
    for (block, start) in seen.blocks.enumerated() {
      let first = seen.firstQuery(ofBlock: start)
      kernels.multiply(
        rows: seen.tokenCount - first, columns: dimension, depth: seen.columnCount(ofBlock: start),
        scores + first * seen.count + start, stride: seen.count,
        packed: UnsafePointer(scratch.head.packed.pointer) + block * keyPanelCount, into: queries + first * width,
        stride: width, accumulating: start > 0)
    }
  }

  /// From `scores`, and from the mixed values, to the transposed `keysAndValues`.
  private func backwardKeysAndValues(
    _ seen: SeenRows, _ probabilities: UnsafePointer<Float>, layer: Int, queryHead: Int, accumulating: Bool
  ) {
    let (dimension, tokenCount) = (configuration.headDimension, seen.tokenCount)
    FloatBuffer.grow(&scratch.head.turned, to: 2 * dimension * tokenCount)
    FloatBuffer.grow(&scratch.head.keysAndValues, to: 2 * dimension * seen.count)
    FloatBuffer.grow(&scratch.head.packedColumns, to: kernels.padded(SeenRows.blockSize) * tokenCount)
    let queries = scratch.head.turned.pointer
    let mixed = queries + dimension * tokenCount
    turn(
      tape.layers[layer].projections.pointer + queryHead * dimension, stride: configuration.projectionSize,
      rows: tokenCount, into: queries)
    turn(
      scratch.attention.pointer + queryHead * dimension, stride: configuration.querySize, rows: tokenCount, into: mixed)
    let keys = scratch.head.keysAndValues.pointer
    let scores = UnsafePointer(scratch.head.scores.pointer)
    for (left, right, out) in [(queries, scores, keys), (mixed, probabilities, keys + dimension * seen.count)] {
      for start in seen.blocks {
        let first = seen.firstQuery(ofBlock: start)
        let count = seen.columnCount(ofBlock: start)
        kernels.pack(
          columns: count, depth: tokenCount - first, right + first * seen.count + start, stride: seen.count,
          into: scratch.head.packedColumns.pointer)
        kernels.multiply(
          rows: dimension, columns: count, depth: tokenCount - first, left + first, stride: tokenCount,
          packed: scratch.head.packedColumns.pointer, into: out + start, stride: seen.count,
          accumulating: accumulating)
      }
    }
  }

  /// Transposes (rows, D), a row every `stride`, to (D, rows).
  private func turn(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, into target: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      for element in 0..<configuration.headDimension { target[element * rows + row] = source[row * stride + element] }
    }
  }

  /// Moves `keysAndValues` of one key-value head to where they belong: the memories' rows, and the own tokens' columns of
  /// `scratch.projections`.
  private func scatter(_ seen: SeenRows, head: Int, into gradients: [KeyValueGradient]) {
    let dimension = configuration.headDimension
    let keys = UnsafePointer(scratch.head.keysAndValues.pointer)
    let values = keys + dimension * seen.count
    func move(_ column: Int, _ key: UnsafeMutablePointer<Float>, _ value: UnsafeMutablePointer<Float>) {
      for element in 0..<dimension {
        key[element] = keys[element * seen.count + column]
        value[element] = values[element * seen.count + column]
      }
    }
    for part in seen.parts {
      guard let memory = part.memory else { continue }
      for (index, row) in part.rows.enumerated() {
        move(
          part.firstColumn + index, gradients[memory].keys.pointer + row * dimension,
          gradients[memory].values.pointer + row * dimension)
      }
    }
    let own = scratch.projections.pointer + configuration.querySize + head * dimension
    for token in 0..<seen.tokenCount {
      let key = own + token * configuration.projectionSize
      move(seen.precedingCount + token, key, key + configuration.keyValueSize)
    }
  }

  /// Adds the derivative by a head's scale of memories' logits: a key as well as the scale stands before the query, so it is
  /// Σ ⟨dK, K⟩ by the scale.
  private func addScales(_ context: MemoryContext?, _ seen: SeenRows, _ gradients: [KeyValueGradient], entry: Int) {
    var sum = 0.0
    for part in seen.parts {
      guard let memory = part.memory else { continue }
      let first = part.rows.lowerBound * configuration.headDimension
      sum += Double(
        kernels.dot(
          count: part.rows.count * configuration.headDimension, gradients[memory].keys.pointer + first,
          part.source.keys.pointer + first))
    }
    scratch.scales[entry] += sum / Double(context?.constants?.scales[entry] ?? 1)
  }
}
