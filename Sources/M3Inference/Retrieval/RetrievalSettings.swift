/// How memories are retrieved and how much they weigh (paper, section 3.1).
public struct RetrievalSettings: Sendable, Equatable {
  /// Memories that a chunk reads at most.
  public var count = 5
  /// Tokens of a chunk: after so many, memories are dropped and new ones are retrieved.
  public var chunkTokens = 64
  /// References less similar than this to the chunk are not read: an irrelevant memory costs 0.2 nats a token. For
  /// all-MiniLM-L6-v2, whose own references of questions lie at 0.5 and more.
  public var gate: Float = 0.45
  /// What the logits of a memory's keys lose for each unit that it is less similar than the most similar one.
  public var similarityWeight: Float = 20
  /// Memories whose keys would weigh less than this, of the most similar one's 1, are not read: they change nothing and
  /// cost as much as others. 0 reads all that pass the gate.
  public var leastWeight: Float = 0.01
  /// Times the logits of memories' keys: the inverse of APE's temperature (arXiv 2502.05431).
  public var logitScale: Float = 1
  /// APE's scaling factor of the log-sum-exp over memories' keys.
  public var logSumExpScale: Float = 1
  /// So many tokens before a chunk's end the next memories are read ahead, by the text so far; 0 reads nothing ahead.
  public var prefetchTokens = 16
  /// Bytes of decoded memories that are kept.
  public var cacheBytes = 256 << 20

  public init() {}
}
