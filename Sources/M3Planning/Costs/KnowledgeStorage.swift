/// Where a model may have what a reference says (section 2).
public enum KnowledgeStorage: String, Sendable, CaseIterable {
  /// The model's weights.
  case parameters
  /// Key-values that are written once and read by attention.
  case explicitMemory = "explicit_memory"
  /// The context, as retrieval-augmented generation has it.
  case text

  /// As a plan names it.
  package var title: String {
    switch self {
    case .parameters: "parameters"
    case .explicitMemory: "explicit memory"
    case .text: "text (RAG)"
    }
  }
}
