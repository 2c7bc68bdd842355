public import M3Transformer

/// What a context reads besides its own tokens.
public enum ContextMemory: Sendable {
  case none
  /// The same key-values for every token.
  case fixed(MemoryContext)
  /// Every chunk retrieves its own (paper, section 3.1).
  case retrieved(MemoryRetriever)

  var retriever: MemoryRetriever? {
    if case .retrieved(let retriever) = self { retriever } else { nil }
  }
}

/// A chunk's memories were exchanged for others.
public struct MemoryChange: Sendable, Equatable {
  /// Tokens of the context before the first one that reads the new memories.
  public var tokenCount: Int
  /// What was asked for.
  public var query: String
  /// What is read from here on, the most similar first; empty where nothing passed the gate.
  public var hits: [ReferenceHit]

  public init(tokenCount: Int, query: String, hits: [ReferenceHit]) {
    self.tokenCount = tokenCount
    self.query = query
    self.hits = hits
  }
}
