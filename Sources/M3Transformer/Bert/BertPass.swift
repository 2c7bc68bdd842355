import M3Parallel
import M3Tensor

/// Runs batches of sequences through an encoder, with scratch memory that it keeps.
///
/// Sequences of a batch stand one after another in one (N, C) matrix, so linear layers see no padding; attention runs
/// per sequence, every token sees every other. A sequence's hidden states have the same bits whatever batch it stands in
/// and however many threads there are. One thread uses a pass at a time.
public final class BertPass {
  let model: BertModel
  let kernels: Kernels
  let configuration: BertConfiguration
  private let threads: Int
  /// (N, C), the hidden states.
  private var hidden = FloatBuffer(count: 0)
  /// (N, 3C): a token's queries, then keys, then values.
  private(set) var projections = FloatBuffer(count: 0)
  /// (N, C), what the heads gathered.
  private(set) var attention = FloatBuffer(count: 0)
  /// (N, W).
  private var intermediate = FloatBuffer(count: 0)
  /// One for each thread.
  private(set) var parts: [BertPart] = []

  /// - Parameter threads: how many threads share the rows of a batch; the default is the calling one alone.
  public init(model: BertModel, threads: Int = 1) {
    precondition(threads >= 1, "a positive number of threads")
    self.model = model
    self.threads = threads
    kernels = model.kernels
    configuration = model.configuration
  }

  /// Computes a batch.
  ///
  /// - Returns: the last layer's hidden states, (N, C), the sequences one after another; valid until the next run.
  /// - Precondition: tokens are in the vocabulary, and a sequence has at most `maximumPositionCount` of them.
  public func run(_ sequences: [[Int32]]) -> UnsafePointer<Float> {
    let rowCount = sequences.reduce(0) { $0 + $1.count }
    reserve(rowCount)
    embed(sequences)
    divide(sequences, rowCount: rowCount)
    for layer in model.layers {
      // Attention reads the keys and values of all rows; everything else stays in a row.
      forEachPart { [self] part in
        apply(layer.projection, to: hidden, rows: part.rows, into: projections)
      }
      forEachPart { [self] part in
        attend(part)
        apply(layer.attentionOutput, to: attention, rows: part.rows, into: hidden, accumulating: true)
        normalize(layer.attentionNormalization, rows: part.rows)
        apply(layer.intermediate, to: hidden, rows: part.rows, into: intermediate)
        activate(rows: part.rows)
        apply(layer.output, to: intermediate, rows: part.rows, into: hidden, accumulating: true)
        normalize(layer.outputNormalization, rows: part.rows)
      }
    }
    return UnsafePointer(hidden.pointer)
  }

  private func reserve(_ rowCount: Int) {
    FloatBuffer.grow(&hidden, to: rowCount * configuration.hiddenSize)
    FloatBuffer.grow(&projections, to: 3 * rowCount * configuration.hiddenSize)
    FloatBuffer.grow(&attention, to: rowCount * configuration.hiddenSize)
    FloatBuffer.grow(&intermediate, to: rowCount * configuration.feedForwardSize)
  }

  private func embed(_ sequences: [[Int32]]) {
    let width = configuration.hiddenSize
    var row = hidden.pointer
    for sequence in sequences {
      precondition(sequence.count <= configuration.maximumPositionCount, "more tokens than positions")
      for (position, token) in sequence.enumerated() {
        precondition(token >= 0 && Int(token) < configuration.vocabularySize, "token outside the vocabulary")
        row.update(from: model.wordEmbedding.pointer + Int(token) * width, count: width)
        kernels.add(count: width, model.positionEmbedding.pointer + position * width, into: row)
        row += width
      }
    }
    normalize(model.embeddingNormalization, rows: 0..<sequences.reduce(0) { $0 + $1.count })
  }

  /// Gives each thread its rows, equally many, and the sequences that they belong to.
  private func divide(_ sequences: [[Int32]], rowCount: Int) {
    while parts.count < threads { parts.append(BertPart()) }
    for (index, part) in parts.enumerated() {
      part.rows = rowCount * index / threads..<rowCount * (index + 1) / threads
      part.sequences.removeAll(keepingCapacity: true)
      var start = 0
      for sequence in sequences {
        let rows = start..<start + sequence.count
        if rows.overlaps(part.rows) { part.sequences.append(rows) }
        start = rows.upperBound
      }
      part.reserve(configuration, kernels)
    }
  }

  private func forEachPart(_ body: @escaping (BertPart) -> Void) {
    ParallelLoop.run(threads, workers: threads) { body(parts[$0]) }
  }
}

// Each works on some rows of the pass's matrices, from the thread whose part they are.
extension BertPass {
  /// output = input · weightᵀ + bias, or what it held before and that.
  private func apply(
    _ linear: BertLinear, to input: FloatBuffer, rows: Range<Int>, into output: FloatBuffer, accumulating: Bool = false
  ) {
    let (inputs, outputs) = (linear.weight.depth, linear.weight.columns)
    let out = output.pointer + rows.lowerBound * outputs
    kernels.multiply(
      rows: rows.count, input.pointer + rows.lowerBound * inputs, by: linear.weight, into: out,
      accumulating: accumulating)
    kernels.add(rows: rows.count, columns: outputs, row: linear.bias.pointer, into: out)
  }

  private func normalize(_ normalization: BertNormalization, rows: Range<Int>) {
    let width = configuration.hiddenSize
    for row in rows {
      let states = hidden.pointer + row * width
      kernels.layerNorm(
        count: width, states, weight: normalization.weight.pointer, bias: normalization.bias.pointer,
        epsilon: configuration.normalizationEpsilon, into: states)
    }
  }

  private func activate(rows: Range<Int>) {
    let width = configuration.feedForwardSize
    let states = intermediate.pointer + rows.lowerBound * width
    switch configuration.activation {
    case .gelu: kernels.gelu(count: rows.count * width, states, into: states)
    case .geluNew, .geluTanh: kernels.geluTanh(count: rows.count * width, states, into: states)
    }
  }
}
