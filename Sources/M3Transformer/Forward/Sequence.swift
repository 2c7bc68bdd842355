/// One sequence of a batch: tokens, where they stand, and what they attend to besides themselves.
public struct Sequence {
  public var tokens: [Int32]
  /// One position a token; each below the model's context length.
  public var positions: [Int32]
  /// Key-values that every token sees (except ``isolatedCount`` tokens).
  public var memory: MemoryContext?
  /// Key-values of the same sequence's earlier tokens; the pass appends these tokens' to it.
  public var cache: KeyValueCache?
  /// So many tokens at the start do not see the memory: a context's own BOS that must not read.
  public var isolatedCount: Int

  public init(
    tokens: [Int32], positions: [Int32], memory: MemoryContext? = nil, cache: KeyValueCache? = nil,
    isolatedCount: Int = 0
  ) {
    precondition(tokens.count == positions.count, "one position a token")
    self.tokens = tokens
    self.positions = positions
    self.memory = memory
    self.cache = cache
    self.isolatedCount = isolatedCount
  }

  /// Tokens on consecutive positions from `firstPosition`.
  public init(
    tokens: [Int32], firstPosition: Int = 0, memory: MemoryContext? = nil, cache: KeyValueCache? = nil,
    isolatedCount: Int = 0
  ) {
    self.init(
      tokens: tokens, positions: (0..<tokens.count).map { Int32(firstPosition + $0) }, memory: memory, cache: cache,
      isolatedCount: isolatedCount)
  }
}

/// How far a pass computes.
public enum ForwardExtent: Sendable, Equatable {
  /// All layers, to the hidden states that the output head reads.
  case hiddenStates
  /// The residual stream after the first layers; after 0 of them it is the tokens' embeddings.
  case residual(afterLayers: Int)
  /// Up to the queries, keys and values of a layer: nothing beyond them is computed.
  case keysAndValues(layer: Int)
  /// Up to the attention probabilities of a layer.
  case probabilities(layer: Int)

  /// Layers of which anything is computed.
  func layerCount(of layerCount: Int) -> Int {
    switch self {
    case .hiddenStates: layerCount
    case .residual(let count): count
    case .keysAndValues(let layer), .probabilities(let layer): layer + 1
    }
  }
}
