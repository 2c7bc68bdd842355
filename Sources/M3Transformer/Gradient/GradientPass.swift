package import M3Tensor

/// The backward pass of a Llama-family decoder with respect to the key-values of the memories that it reads, on the calling
/// thread, with scratch memory that it keeps.
///
/// The loss is the negative log-likelihood of some of a sequence's tokens. Weights are frozen, so only activations have
/// gradients. One thread uses a pass at a time.
public final class GradientPass {
  let weights: GradientWeights
  let model: LlamaModel
  package let kernels: Kernels
  let configuration: LlamaConfiguration
  let tape: ActivationTape
  var scratch = GradientScratch()
  let forward: ForwardPass

  public init(weights: GradientWeights) {
    self.weights = weights
    model = weights.model
    kernels = model.kernels
    configuration = model.configuration
    tape = ActivationTape(configuration)
    forward = ForwardPass(model: model)
  }

  /// Runs a sequence forward and backward. Nothing behind its last target is computed.
  ///
  /// - Parameter targets: the tokens whose likelihood counts; token i is predicted from the hidden state of token i − 1.
  /// - Precondition: tokens are in the vocabulary, positions within the context length; the sequence has no cache; targets
  ///   are tokens of it, and not its first.
  public func run(_ sequence: Sequence, targets: Range<Int>) -> MemoryGradient {
    precondition(sequence.cache == nil, "a cache has no gradient")
    precondition(
      targets.isEmpty || targets.lowerBound > 0 && targets.upperBound <= sequence.tokens.count,
      "a target stands behind another token")
    let memories = sequence.memory?.memories ?? []
    let gradients = memories.map { KeyValueGradient($0) }
    scratch.resetConstants(configuration)
    guard !targets.isEmpty else { return result(loss: 0, gradients) }

    // The last target is only predicted, what follows it does not count.
    var read = sequence
    read.tokens.removeSubrange((targets.upperBound - 1)...)
    read.positions.removeSubrange((targets.upperBound - 1)...)
    forward.run([read], observer: tape)
    let rowCount = read.tokens.count
    scratch.reserve(rows: rowCount, configuration)
    let loss = backwardOutput(rows: Array(targets.lowerBound - 1..<rowCount), targets: sequence.tokens[targets])
    guard let lowest = firstLayer(of: memories) else { return result(loss: loss, gradients) }
    setReverseAngles(read.positions)
    for layer in (lowest..<configuration.layerCount).reversed() {
      backwardFeedForward(layer, rowCount: rowCount)
      backwardAttention(read, layer: layer, into: gradients)
      // Nothing is read below the lowest layer.
      if layer > lowest { backwardProjection(layer, rowCount: rowCount) }
    }
    return result(loss: loss, gradients)
  }

  private func result(loss: Double, _ memories: [KeyValueGradient]) -> MemoryGradient {
    MemoryGradient(loss: loss, memories: memories, biases: scratch.biases, scales: scratch.scales)
  }

  /// The first layer in which any memory has a row.
  private func firstLayer(of memories: [AttentionMemory]) -> Int? {
    (0..<configuration.layerCount).first { layer in
      memories.contains { memory in
        memory.offsets[layer * configuration.keyValueHeadCount]
          < memory.offsets[(layer + 1) * configuration.keyValueHeadCount]
      }
    }
  }
}
