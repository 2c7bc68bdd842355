public import M3Memory

/// A reference and all of its key-values: what training reads of a sample.
public struct DenseReference: Sendable {
  /// BOS left out.
  public let tokens: [Int32]
  /// Every token in every entry, keys before rotation.
  public let memory: SparseMemory

  /// - Precondition: the memory keeps every token in every entry.
  public init(tokens: [Int32], memory: SparseMemory) {
    precondition(
      memory.tokenCount == tokens.count && memory.counts.allSatisfy { $0 == tokens.count },
      "a row a token in every entry")
    self.tokens = tokens
    self.memory = memory
  }
}
