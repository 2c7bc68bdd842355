import M3Tensor

/// Runs batches of sequences through a model on the calling thread, with scratch memory that it keeps.
///
/// Sequences of a batch stand one after another in one (N, C) matrix, so linear layers see no padding; attention runs
/// per sequence. A sequence's results do not depend on the others in its batch. One thread uses a pass at a time.
public final class ForwardPass {
  let model: LlamaModel
  let kernels: Kernels
  let configuration: LlamaConfiguration
  var scratch = ForwardScratch()
  /// What each sequence of the batch reads besides its own tokens; valid during a run.
  private(set) var memoryRows: [MemoryRows] = []
  /// (N, C), the residual stream.
  private(set) var residual = FloatBuffer(count: 0)

  public init(model: LlamaModel) {
    self.model = model
    kernels = model.kernels
    configuration = model.configuration
  }

  /// Computes a batch.
  ///
  /// - Returns: the residual stream after the last computed layer, (N, C), before the final normalization; valid until
  ///   the next run. Meaningful with ``ForwardExtent/hiddenStates`` and ``ForwardExtent/residual(afterLayers:)`` only.
  /// - Precondition: tokens are in the vocabulary, positions within the context length; caches have room, and only
  ///   passes through all layers have caches.
  @discardableResult
  public func run(
    _ sequences: [Sequence], extent: ForwardExtent = .hiddenStates, observer: (any AttentionObserver)? = nil
  ) -> UnsafePointer<Float> {
    precondition(extent == .hiddenStates || sequences.allSatisfy { $0.cache == nil }, "a cache needs every layer")
    let offsets = sequences.reduce(into: [0]) { $0.append($0.last! + $1.tokens.count) }
    let rowCount = offsets.last!
    embed(sequences, rowCount: rowCount)
    scratch.reserve(rows: rowCount, configuration)
    while memoryRows.count < sequences.count { memoryRows.append(MemoryRows()) }
    for (number, sequence) in sequences.enumerated() { memoryRows[number].place(sequence.memory, configuration) }

    let activations = observer as? any ActivationObserver
    for index in 0..<extent.layerCount(of: configuration.layerCount) {
      activations?.entersAttention(layer: index, residual.pointer, rowCount: rowCount)
      let stopsAtProjection = extent == .keysAndValues(layer: index)
      let stopsAtProbabilities = extent == .probabilities(layer: index)
      project(sequences, offsets: offsets, layer: index, observer: observer)
      if stopsAtProjection { break }
      for (number, sequence) in sequences.enumerated() where !sequence.tokens.isEmpty {
        attend(
          sequence, number: number, firstRow: offsets[number], layer: index, observer: observer,
          mixing: !stopsAtProbabilities)
      }
      if stopsAtProbabilities { break }
      let layer = model.layers[index]
      multiply(
        rows: rowCount, depth: configuration.querySize, scratch.attention.pointer, by: layer.attentionOutput,
        into: residual.pointer, accumulating: true)
      activations?.entersFeedForward(layer: index, residual.pointer, rowCount: rowCount)
      feedForward(layer, rowCount: rowCount) {
        activations?.entersGate(layer: index, scratch.gateAndUp.pointer, rowCount: rowCount)
      }
    }
    for sequence in sequences { sequence.cache?.tokenCount += sequence.tokens.count }
    return UnsafePointer(residual.pointer)
  }

  private func embed(_ sequences: [Sequence], rowCount: Int) {
    let width = configuration.hiddenSize
    if residual.count < rowCount * width { residual = FloatBuffer(uninitializedCount: rowCount * width) }
    var row = 0
    for sequence in sequences {
      for token in sequence.tokens {
        precondition(token >= 0 && Int(token) < configuration.vocabularySize, "token outside the vocabulary")
        (residual.pointer + row * width).update(from: model.embedding.pointer + Int(token) * width, count: width)
        row += 1
      }
    }
  }

  /// Normalizes, projects to queries, keys and values, and rotates.
  private func project(_ sequences: [Sequence], offsets: [Int], layer index: Int, observer: (any AttentionObserver)?) {
    let layer = model.layers[index]
    let rowCount = offsets.last!
    normalize(rowCount, weight: layer.attentionNormalization)
    multiply(
      rows: rowCount, depth: configuration.hiddenSize, scratch.normalized.pointer, by: layer.projection,
      into: scratch.projections.pointer)

    let projections = Projections(
      pointer: UnsafePointer(scratch.projections.pointer), configuration: configuration, sequenceOffsets: offsets)
    observer?.projected(layer: index, projections)
    let heads = configuration.queryHeadCount + configuration.keyValueHeadCount
    var row = scratch.projections.pointer
    for sequence in sequences {
      for position in sequence.positions {
        // Queries and keys stand one behind the other, so one call rotates both.
        kernels.rotate(heads: heads, row, to: Int(position), rotary: model.rotary)
        row += configuration.projectionSize
      }
    }
    observer?.rotated(layer: index, projections)
  }

  /// - Parameter beforeGate: called when `scratch.gateAndUp` holds both projections.
  private func feedForward(_ layer: LlamaLayer, rowCount: Int, beforeGate: () -> Void) {
    let width = configuration.feedForwardSize
    normalize(rowCount, weight: layer.feedForwardNormalization)
    multiply(
      rows: rowCount, depth: configuration.hiddenSize, scratch.normalized.pointer, by: layer.gateAndUp,
      into: scratch.gateAndUp.pointer)
    beforeGate()
    for row in 0..<rowCount {
      let gate = scratch.gateAndUp.pointer + row * 2 * width
      kernels.siluMultiply(count: width, gate: gate, up: gate + width, into: gate)
    }
    multiply(
      rows: rowCount, depth: width, scratch.gateAndUp.pointer, stride: 2 * width, by: layer.down,
      into: residual.pointer, accumulating: true)
  }

  private func normalize(_ rowCount: Int, weight: FloatBuffer) {
    let width = configuration.hiddenSize
    for row in 0..<rowCount {
      kernels.rmsNorm(
        count: width, residual.pointer + row * width, weight: weight.pointer,
        epsilon: configuration.normalizationEpsilon,
        into: scratch.normalized.pointer + row * width)
    }
  }
}

/// Buffers of a pass; they grow to the largest batch seen and stay.
struct ForwardScratch {
  /// (N, C).
  var normalized = FloatBuffer(count: 0)
  /// (N, (H + 2G) · D).
  var projections = FloatBuffer(count: 0)
  /// (N, H · D).
  var attention = FloatBuffer(count: 0)
  /// (N, 2W); the gated product replaces the first half of a row.
  var gateAndUp = FloatBuffer(count: 0)
  /// Inputs of a product in codes.
  let activations = QuantizedActivations()
  /// (T, S) scores of one head.
  var scores = FloatBuffer(count: 0)
  /// Logits of memories' keys, while they are weighed.
  var weighing = FloatBuffer(count: 0)
  /// (S, D) keys, then (S, D) values of one head, gathered from memory, cache and own tokens.
  var gathered = FloatBuffer(count: 0)
  /// Keys and values of one head in the kernels' panels, block by block.
  var packed = FloatBuffer(count: 0)

  mutating func reserve(rows: Int, _ configuration: LlamaConfiguration) {
    FloatBuffer.grow(&normalized, to: rows * configuration.hiddenSize)
    FloatBuffer.grow(&projections, to: rows * configuration.projectionSize)
    FloatBuffer.grow(&attention, to: rows * configuration.querySize)
    FloatBuffer.grow(&gateAndUp, to: rows * 2 * configuration.feedForwardSize)
  }
}
