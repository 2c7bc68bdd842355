import M3Tensor

/// Runs one sequence through a model a token at a time: what ``ForwardPass`` computes, several times faster where
/// weights are quantized, for each is read once and in few bits: Q4_0, Q4_1 and Q8_0 in the file's own codes, Q5_0
/// and IQ4_NL in Q8_0 without loss, other quantized types rounded to Q8_0.
///
/// Activations are rounded to signed bytes, 32 to a scale, where they meet such weights, so logits differ from those of
/// ``ForwardPass`` by the rounding's noise. Their bits do not depend on the number of threads. One
/// caller uses a pass at a time.
public final class DecodingPass {
  private let state: DecodingState
  private let team: DecodingTeam

  /// - Parameters:
  ///   - model: loaded with `decoding: true`.
  ///   - threads: how many share the work of a token, the caller's included. They expect a processor each.
  public init(model: LlamaModel, threads: Int = 1) {
    guard let weights = model.decoding else { preconditionFailure("the model was loaded without decoding weights") }
    precondition(threads > 0, "at least the caller's thread")
    let barrier = SpinBarrier(count: threads)
    let state = DecodingState(model: model, weights: weights, barrier: barrier, memberCount: threads)
    self.state = state
    team = DecodingTeam(count: threads, barrier: barrier) { state.step($0) }
  }

  /// Computes the token that follows what the cache holds, and appends it to the cache.
  ///
  /// - Parameters:
  ///   - position: of the token, below the model's context length.
  ///   - memory: key-values that the token sees besides the cache's; read where they lie.
  ///   - cache: of the model's shape, with room for a token.
  /// - Returns: V logits, valid until the next run.
  @discardableResult
  public func run(
    token: Int32, position: Int, memory: MemoryContext? = nil, cache: KeyValueCache
  ) -> UnsafePointer<Float> {
    state.begin(token: token, position: position, memory: memory, cache: cache)
    team.run()
    state.finish()
    return UnsafePointer(state.logits.pointer)
  }
}
