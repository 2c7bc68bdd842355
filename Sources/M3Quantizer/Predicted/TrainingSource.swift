public import M3Memory

/// References that a predicted codec is trained on: the same ones in the same order each time they are read.
public protocol TrainingSource {
  /// Calls `body` for one reference after another: its memory with all tokens in every entry, keys before rotation, and
  /// the features of its text.
  /// - Throws: what reading or `body` throws.
  func read(_ body: (SparseMemory, TokenFeatures) throws -> Void) throws
}
