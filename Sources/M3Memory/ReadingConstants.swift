/// How each head of a model reads memories: learned once for a model, and the same for every memory.
///
/// APE (arXiv 2502.05431) has two constants for all heads; heads differ. The logit of a memory's key becomes
/// scale · q·k / √D + bias + crowding · ln n where n memories are read; the BOS memory and the context's own keys stay as they are.
public struct ReadingConstants: Sendable, Equatable {
  /// (L · G) added to the logits of memories' keys, in nats.
  public var biases: [Float]
  /// (L · G) times the logarithm of the number of memories that are read, added too: several share what one has alone.
  public var crowding: [Float]
  /// (L · G) times those logits, positive.
  public var scales: [Float]

  /// - Precondition: as many of each.
  public init(biases: [Float], crowding: [Float], scales: [Float]) {
    precondition(
      biases.count == scales.count && crowding.count == scales.count, "a bias, a crowding and a scale a head")
    self.biases = biases
    self.crowding = crowding
    self.scales = scales
  }

  /// Those that change nothing.
  public static func neutral(headCount: Int) -> ReadingConstants {
    let zeros = [Float](repeating: 0, count: headCount)
    return ReadingConstants(biases: zeros, crowding: zeros, scales: Array(repeating: 1, count: headCount))
  }
}
