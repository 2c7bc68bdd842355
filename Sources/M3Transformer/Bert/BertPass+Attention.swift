import M3Tensor

/// One thread's share of a batch, and its scratch memory.
final class BertPart {
  /// Rows of the batch.
  var rows = 0..<0
  /// Rows of each sequence that has any of them, whole.
  var sequences: [Range<Int>] = []
  /// (own rows of a sequence, T) scores of one head.
  var scores = FloatBuffer(count: 0)
  /// Keys of one head in the kernels' panels.
  var keys = FloatBuffer(count: 0)
  /// Values of one head in the kernels' panels.
  var values = FloatBuffer(count: 0)

  func reserve(_ configuration: BertConfiguration, _ kernels: Kernels) {
    let longest = sequences.reduce(0) { max($0, $1.count) }
    FloatBuffer.grow(&scores, to: min(rows.count, longest) * longest)
    FloatBuffer.grow(&keys, to: kernels.padded(longest) * configuration.headDimension)
    FloatBuffer.grow(&values, to: longest * kernels.padded(configuration.headDimension))
  }
}

extension BertPass {
  /// Attention of a part's rows, every head: writes its rows of `attention`.
  func attend(_ part: BertPart) {
    for sequence in part.sequences {
      for head in 0..<configuration.headCount {
        attend(part, rows: sequence.clamped(to: part.rows), sequence: sequence, head: head)
      }
    }
  }

  /// - Parameters:
  ///   - rows: those of the part, whose queries are asked.
  ///   - sequence: those whose keys and values are seen.
  private func attend(_ part: BertPart, rows: Range<Int>, sequence: Range<Int>, head: Int) {
    let (width, dimension) = (configuration.hiddenSize, configuration.headDimension)
    let stride = 3 * width
    let tokenCount = sequence.count
    let queries = projections.pointer + rows.lowerBound * stride + head * dimension
    let keys = projections.pointer + sequence.lowerBound * stride + width + head * dimension
    kernels.packTransposed(
      columns: tokenCount, depth: dimension, keys, stride: stride, into: part.keys.pointer)
    kernels.pack(
      columns: dimension, depth: tokenCount, keys + width, stride: stride, into: part.values.pointer)
    kernels.multiply(
      rows: rows.count, columns: tokenCount, depth: dimension, queries, stride: stride,
      packed: part.keys.pointer, into: part.scores.pointer, stride: tokenCount)
    for row in 0..<rows.count {
      kernels.softmax(
        part.scores.pointer + row * tokenCount, visible: tokenCount, total: tokenCount,
        scale: configuration.attentionScale)
    }
    kernels.multiply(
      rows: rows.count, columns: dimension, depth: tokenCount, part.scores.pointer, stride: tokenCount,
      packed: part.values.pointer, into: attention.pointer + rows.lowerBound * width + head * dimension,
      stride: width)
  }
}
