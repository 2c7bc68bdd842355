public import M3Transformer

/// Where memories and texts of references come from, by their place in the bank's order.
public protocol MemorySource: Sendable {
  /// Memories ready to read, in the order of the indices.
  func memories(at indices: [Int]) throws -> [AttentionMemory]
  func text(at index: Int) throws -> String
  func id(at index: Int) throws -> String
}
