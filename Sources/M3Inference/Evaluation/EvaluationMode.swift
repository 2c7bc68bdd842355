/// What the model reads before context and target.
public enum EvaluationMode: String, Sendable, CaseIterable {
  /// Nothing but BOS.
  case none
  /// The reference as text: retrieval-augmented generation, the ceiling.
  case text
  /// The reference's memory.
  case memory
}
