/// Which text of near-duplicates stays.
public enum KeptText: String, CaseIterable, Sendable {
  /// The one that stands first in the input.
  case first
  /// The one of most bytes; of equal ones the first.
  case longest
}
