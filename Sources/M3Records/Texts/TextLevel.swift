/// What one record of a text stage is.
public enum TextLevel: String, Sendable, Equatable, CaseIterable {
  /// A text of any length, with an id and metadata: ``Document``.
  case document
  /// A piece of a document: ``Reference``.
  case reference
}
