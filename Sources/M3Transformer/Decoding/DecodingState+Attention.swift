import M3Tensor

/// Rows that are asked for before they are read; the kernels ask for those behind them.
private let rowsAhead = 16

extension DecodingState {
  /// Attention of the token in one key-value head: rotates its queries and its key, appends key and value to the cache,
  /// and writes its columns of `attention`.
  ///
  /// Keys and values of memories and cache are read where they lie, once for all query heads.
  func attend(layer: Int, head: Int, cache: KeyValueCache, scratch: DecodingScratch) {
    let shape = configuration
    let (dimension, heads) = (shape.headDimension, shape.groupSize)
    let queries = projections.pointer + head * heads * dimension
    let key = projections.pointer + shape.querySize + head * dimension
    kernels.rotate(heads: heads, queries, to: position, rotary: model.rotary)
    kernels.rotate(heads: 1, key, to: position, rotary: model.rotary)
    let (keys, values) = (cache.keys(layer: layer, head: head), cache.values(layer: layer, head: head))
    let cached = cache.tokenCount
    (keys + cached * dimension).update(from: key, count: dimension)
    (values + cached * dimension).update(from: key + shape.keyValueSize, count: dimension)

    let segments = memoryRows.head(head, layer: layer, shape)
    // Weights push memories out of the caches between two tokens, and pieces this short end before the processor notices
    // that they are read in order.
    for segment in segments { kernels.prefetch(segment.keys, count: min(segment.count, rowsAhead) * dimension) }
    let memoryCount = segments.rowCount
    let count = memoryCount + cached + 1
    // Room for the sequence to grow into.
    FloatBuffer.grow(&scratch.scores, to: heads * (memoryCount + cache.capacity))
    let scores = scratch.scores.pointer
    var column = 0
    func score(_ keys: UnsafePointer<Float>, count rows: Int) {
      kernels.score(
        heads: heads, count: rows, dimension: dimension, queries: queries, keys: keys, into: scores + column,
        stride: count)
      column += rows
    }
    for segment in segments { score(segment.keys, count: segment.count) }
    for segment in segments { kernels.prefetch(segment.values, count: min(segment.count, rowsAhead) * dimension) }
    score(keys, count: cached + 1)

    for query in 0..<heads {
      let row = scores + query * count
      memoryRows.weigh(
        row, segments, attentionScale: shape.attentionScale, scratch: &scratch.weighing, kernels: kernels)
      kernels.softmax(row, visible: count, total: count, scale: shape.attentionScale)
    }

    let out = attention.pointer + head * heads * dimension
    out.update(repeating: 0, count: heads * dimension)
    column = 0
    func mix(_ values: UnsafePointer<Float>, count rows: Int) {
      kernels.mix(
        heads: heads, count: rows, dimension: dimension, weights: scores + column, stride: count, values: values,
        into: out)
      column += rows
    }
    for segment in segments { mix(segment.values, count: segment.count) }
    mix(values, count: cached + 1)
  }
}
