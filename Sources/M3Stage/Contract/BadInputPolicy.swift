/// What to do with a record that cannot be read.
public enum BadInputPolicy: String, Sendable, CaseIterable {
  /// Stop at the first, with its line.
  case fail
  /// Put it aside with its place and the reason, count it, and go on.
  case quarantine
}
