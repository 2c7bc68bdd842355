public import M3Memory

/// References that a predicted codec is trained on: the same ones in the same order each time they are read.
public protocol TrainingSource {
  /// Calls `body` for one reference after another: its memory with all tokens in every entry, keys before rotation, and
  /// the features of its text. No thread works beside it: `body` may share out work of its own.
  /// - Throws: what reading or `body` throws.
  func read(_ body: (SparseMemory, TokenFeatures) throws -> Void) throws

  /// Calls `transform` for every reference, and `consume` with what it gives for one reference after another.
  /// - Parameter transform: may be called by several threads at once.
  /// - Throws: what reading, `transform` or `consume` throws.
  func read<Value: Sendable>(
    _ transform: @escaping @Sendable (SparseMemory, TokenFeatures) throws -> Value, consume: (Value) throws -> Void
  ) throws
}
