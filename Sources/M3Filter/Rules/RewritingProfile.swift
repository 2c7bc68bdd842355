/// A profile whose source not only decides, but leaves another text: C4 drops lines.
///
/// Whether it does so here is a setting, and for documents alone: a reference's tokens are counted.
public protocol RewritingProfile: FilterProfile {
  /// The text as the source leaves it, of a text that it keeps.
  func rewritten(_ text: String) -> String
}
