/// What a shingle counts.
public enum ShingleUnit: String, CaseIterable, Sendable {
  /// Runs of characters between separators; a character of a script without spaces is a word of its own.
  case words
  /// Code points of the normalised text.
  case characters
}
