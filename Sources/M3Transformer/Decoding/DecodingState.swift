import M3Tensor

/// A token's way through the model, as every member of the team walks it: the same steps on its own share of rows or
/// heads, with a barrier wherever one member reads what others have written.
///
/// Between barriers no two members write the same element, and none reads what another one writes.
final class DecodingState: @unchecked Sendable {
  let configuration: LlamaConfiguration
  let kernels: Kernels
  /// (V).
  let logits: FloatBuffer
  let model: LlamaModel
  /// ((H + 2G) · D): queries, keys, values.
  let projections: FloatBuffer
  /// (H · D).
  let attention: FloatBuffer
  private let weights: DecodingWeights
  private let barrier: SpinBarrier
  /// (C), the residual stream.
  private let residual: FloatBuffer
  /// (2W); the gated product replaces the first half.
  private let gateAndUp: FloatBuffer
  private let scratch: [DecodingScratch]

  private(set) var position = 0
  /// Held for ``memoryRows``, which points into it.
  private var memory: MemoryContext?
  private(set) var memoryRows = MemoryRows()
  private var cache: KeyValueCache?

  init(model: LlamaModel, weights: DecodingWeights, barrier: SpinBarrier, memberCount: Int) {
    let shape = model.configuration
    (self.model, self.weights, self.barrier, configuration, kernels) = (model, weights, barrier, shape, model.kernels)
    logits = FloatBuffer(count: shape.vocabularySize)
    residual = FloatBuffer(count: shape.hiddenSize)
    projections = FloatBuffer(count: shape.projectionSize)
    attention = FloatBuffer(count: shape.querySize)
    gateAndUp = FloatBuffer(count: 2 * shape.feedForwardSize)
    let width = max(shape.hiddenSize, shape.querySize, shape.feedForwardSize)
    scratch = (0..<memberCount).map { _ in DecodingScratch(width: width) }
  }

  /// Takes the token in, before the team works on it.
  func begin(token: Int32, position: Int, memory: MemoryContext?, cache: KeyValueCache) {
    precondition(token >= 0 && Int(token) < configuration.vocabularySize, "token outside the vocabulary")
    precondition(cache.tokenCount < cache.capacity, "no room in the cache")
    (self.position, self.memory, self.cache) = (position, memory, cache)
    memoryRows.place(memory, configuration)
    let width = configuration.hiddenSize
    residual.pointer.update(from: model.embedding.pointer + Int(token) * width, count: width)
  }

  /// Counts the token, and lets go of what belongs to the caller.
  func finish() {
    cache?.tokenCount += 1
    (memory, cache) = (nil, nil)
  }

  /// One member's work on the token.
  func step(_ member: DecodingMember) {
    guard let cache else { preconditionFailure("a step has a token") }
    let own = scratch[member.index]
    for (index, layer) in weights.layers.enumerated() {
      let norms = model.layers[index]
      normalize(norms.attentionNormalization, into: own.input)
      layer.projection.multiply(own.input, member: member, into: projections.pointer, kernels: kernels)
      barrier.wait()
      for head in stride(from: member.index, to: configuration.keyValueHeadCount, by: member.count) {
        attend(layer: index, head: head, cache: cache, scratch: own)
      }
      barrier.wait()
      own.take(attention.pointer, count: configuration.querySize, kernels: kernels)
      layer.attentionOutput.multiply(
        own.input, member: member, into: residual.pointer, kernels: kernels, accumulating: true)
      barrier.wait()
      normalize(norms.feedForwardNormalization, into: own.input)
      layer.gateAndUp.multiply(own.input, member: member, into: gateAndUp.pointer, kernels: kernels)
      activate(member)
      barrier.wait()
      own.take(gateAndUp.pointer, count: configuration.feedForwardSize, kernels: kernels)
      layer.down.multiply(own.input, member: member, into: residual.pointer, kernels: kernels, accumulating: true)
      barrier.wait()
    }
    normalize(model.outputNormalization, into: own.input)
    weights.output.multiply(own.input, member: member, into: logits.pointer, kernels: kernels)
  }

  /// Every member normalizes the whole stream for itself: that takes less than a barrier.
  private func normalize(_ weight: FloatBuffer, into input: DecodingInput) {
    let width = configuration.hiddenSize
    kernels.rmsNorm(
      count: width, residual.pointer, weight: weight.pointer, epsilon: configuration.normalizationEpsilon,
      into: input.values.pointer)
    input.quantize(count: width, kernels: kernels)
  }

  /// The gated product of the rows of gate and up projection that this member has computed.
  private func activate(_ member: DecodingMember) {
    let width = configuration.feedForwardSize
    let rows = member.share(of: width, unit: kernels.panelWidth)
    let gate = gateAndUp.pointer + rows.lowerBound
    kernels.siluMultiply(count: rows.count, gate: gate, up: gate + width, into: gate)
  }
}

/// What a member writes for itself alone.
final class DecodingScratch {
  let input: DecodingInput
  /// (H / G, S) scores of the query heads of one key-value head.
  var scores = FloatBuffer(count: 0)
  /// Logits of memories' keys, while they are weighed.
  var weighing = FloatBuffer(count: 0)

  init(width: Int) {
    input = DecodingInput(capacity: width)
  }

  /// Copies what all members have made, and makes its codes.
  func take(_ x: UnsafePointer<Float>, count: Int, kernels: Kernels) {
    input.values.pointer.update(from: x, count: count)
    input.quantize(count: count, kernels: kernels)
  }
}
