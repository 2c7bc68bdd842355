import M3Tensor

/// Keys are worked on in blocks of so many, so that a causal sequence skips most of what it may not see.
private let blockSize = 64

extension ForwardPass {
  /// Attention of one sequence in one layer, every head: writes the rows of `scratch.attention`.
  ///
  /// - Parameter mixing: whether values are mixed; without, only the observer gets the probabilities.
  func attend(
    _ sequence: Sequence, number: Int, firstRow: Int, layer: Int, observer: (any AttentionObserver)?, mixing: Bool
  ) {
    let shape = configuration
    let observed = observer?.wantsProbabilities(layer: layer) == true ? observer : nil
    if !mixing && observed == nil { return }
    for head in 0..<shape.keyValueHeadCount {
      let keys = gather(sequence, number: number, firstRow: firstRow, layer: layer, head: head)
      let packedValues = pack(keys)
      for queryHead in head * shape.groupSize..<(head + 1) * shape.groupSize {
        scores(sequence, keys, number: number, firstRow: firstRow, queryHead: queryHead)
        observed?.attended(
          layer: layer,
          AttentionProbabilities(
            pointer: UnsafePointer(scratch.scores.pointer), stride: keys.count, sequence: number, queryHead: queryHead,
            keyValueHead: head, queryCount: sequence.tokens.count, precedingCount: keys.precedingCount))
        if mixing { mix(sequence, keys, packedValues: packedValues, firstRow: firstRow, queryHead: queryHead) }
      }
    }
  }

  /// The keys that one head of one sequence sees.
  private struct KeyRows {
    /// S: memory, cache and own tokens.
    var count: Int
    var memory: ArraySlice<MemoryRows.Segment>
    var memoryCount: Int
    /// Memory and cache.
    var precedingCount: Int

    var blocks: StrideTo<Int> { stride(from: 0, to: count, by: blockSize) }
    func blockCount(at start: Int) -> Int { min(blockSize, count - start) }
    /// The first query that sees any key of a block.
    func firstQuery(ofBlock start: Int) -> Int { max(0, start - precedingCount) }
  }

  /// Copies keys and values of memory, cache and own tokens into `scratch.gathered`, and the own ones into the cache.
  private func gather(_ sequence: Sequence, number: Int, firstRow: Int, layer: Int, head: Int) -> KeyRows {
    let shape = configuration
    let dimension = shape.headDimension
    let tokenCount = sequence.tokens.count
    let memory = memoryRows[number].head(head, layer: layer, shape)
    let memoryCount = memory.rowCount
    let cached = sequence.cache?.tokenCount ?? 0
    let rows = KeyRows(
      count: memoryCount + cached + tokenCount, memory: memory, memoryCount: memoryCount,
      precedingCount: memoryCount + cached)
    FloatBuffer.grow(&scratch.gathered, to: 2 * rows.count * dimension)
    FloatBuffer.grow(&scratch.scores, to: tokenCount * rows.count)

    var keys = scratch.gathered.pointer
    var values = keys + rows.count * dimension
    func append(_ fromKeys: UnsafePointer<Float>, _ fromValues: UnsafePointer<Float>, count: Int) {
      keys.update(from: fromKeys, count: count)
      values.update(from: fromValues, count: count)
      keys += count
      values += count
    }
    for segment in memory { append(segment.keys, segment.values, count: segment.count * dimension) }
    if let cache = sequence.cache, cached > 0 {
      append(cache.keys(layer: layer, head: head), cache.values(layer: layer, head: head), count: cached * dimension)
    }
    let ownKeys = keys
    let ownValues = values
    var row =
      UnsafePointer(scratch.projections.pointer) + firstRow * shape.projectionSize + shape.querySize + head * dimension
    for _ in 0..<tokenCount {
      append(row, row + shape.keyValueSize, count: dimension)
      row += shape.projectionSize
    }
    if let cache = sequence.cache {
      precondition(cached + tokenCount <= cache.capacity, "no room in the cache")
      let first = cached * dimension
      (cache.keys(layer: layer, head: head) + first).update(from: ownKeys, count: tokenCount * dimension)
      (cache.values(layer: layer, head: head) + first).update(from: ownValues, count: tokenCount * dimension)
    }
    return rows
  }

  /// Packs the gathered keys and values, a block at a time.
  /// - Returns: where the packed values begin.
  private func pack(_ rows: KeyRows) -> UnsafeMutablePointer<Float> {
    let dimension = configuration.headDimension
    let keyPanels = kernels.padded(blockSize) * dimension
    let valuePanels = kernels.padded(dimension) * blockSize
    let blockCount = (rows.count + blockSize - 1) / blockSize
    FloatBuffer.grow(&scratch.packed, to: blockCount * (keyPanels + valuePanels))
    let keys = UnsafePointer(scratch.gathered.pointer)
    let values = keys + rows.count * dimension
    let packedValues = scratch.packed.pointer + blockCount * keyPanels
    for start in rows.blocks {
      let count = rows.blockCount(at: start)
      let block = start / blockSize
      kernels.packTransposed(
        columns: count, depth: dimension, keys + start * dimension, stride: dimension,
        into: scratch.packed.pointer + block * keyPanels)
      kernels.pack(
        columns: dimension, depth: count, values + start * dimension, stride: dimension,
        into: packedValues + block * valuePanels)
    }
    return packedValues
  }

  /// Fills `scratch.scores` with the probabilities (T, S) of one query head.
  private func scores(_ sequence: Sequence, _ rows: KeyRows, number: Int, firstRow: Int, queryHead: Int) {
    let dimension = configuration.headDimension
    let tokenCount = sequence.tokens.count
    let stride = configuration.projectionSize
    let queries = UnsafePointer(scratch.projections.pointer) + firstRow * stride + queryHead * dimension
    let scores = scratch.scores.pointer
    for start in rows.blocks {
      let first = rows.firstQuery(ofBlock: start)
      kernels.multiply(
        rows: tokenCount - first, columns: rows.blockCount(at: start), depth: dimension, queries + first * stride,
        stride: stride,
        packed: UnsafePointer(scratch.packed.pointer) + start / blockSize * kernels.padded(blockSize) * dimension,
        into: scores + first * rows.count + start, stride: rows.count)
    }
    for query in 0..<tokenCount {
      let row = scores + query * rows.count
      let hidden = query < sequence.isolatedCount ? rows.memoryCount : 0
      if hidden > 0 {
        row.update(repeating: 0, count: hidden)
      } else {
        memoryRows[number].weigh(
          row, rows.memory, attentionScale: configuration.attentionScale, scratch: &scratch.weighing, kernels: kernels)
      }
      kernels.softmax(
        row + hidden, visible: rows.precedingCount + query + 1 - hidden, total: rows.count - hidden,
        scale: configuration.attentionScale)
    }
  }

  /// Mixes values by the probabilities of one query head into its columns of `scratch.attention`.
  private func mix(
    _ sequence: Sequence, _ rows: KeyRows, packedValues: UnsafeMutablePointer<Float>, firstRow: Int, queryHead: Int
  ) {
    let dimension = configuration.headDimension
    let width = configuration.querySize
    let panels = kernels.padded(dimension) * blockSize
    let out = scratch.attention.pointer + firstRow * width + queryHead * dimension
    for start in rows.blocks {
      let first = rows.firstQuery(ofBlock: start)
      kernels.multiply(
        rows: sequence.tokens.count - first, columns: dimension, depth: rows.blockCount(at: start),
        scratch.scores.pointer + first * rows.count + start, stride: rows.count,
        packed: UnsafePointer(packedValues) + start / blockSize * panels, into: out + first * width, stride: width,
        accumulating: start > 0)
    }
  }
}
