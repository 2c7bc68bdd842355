/// A stretch of a text between two word boundaries.
public struct WordSegment: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Letters, syllables or ideographs.
    case word
    case number
    /// White space, punctuation, symbols.
    case other
  }

  /// In bytes of UTF-8.
  public var range: Range<Int>
  public var kind: Kind

  public init(range: Range<Int>, kind: Kind) {
    self.range = range
    self.kind = kind
  }
}
