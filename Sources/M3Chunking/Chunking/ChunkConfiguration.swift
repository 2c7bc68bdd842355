/// How documents are cut into references.
public struct ChunkConfiguration: Sendable, Equatable {
  /// The most tokens that a chunk may have, its title's prefix counted, BOS not. The default is 128, the
  /// paper's length of a reference.
  public let maximumTokens: Int

  /// The least bound: a shortened title and a code point of four bytes fit in it.
  public static let minimumTokenBound = 8

  /// What stands between a title and the text. Words never reach across it, so that the title's tokens do
  /// not depend on the text.
  static let titleSeparator = ": "

  /// - Parameter maximumTokens: at least ``minimumTokenBound``.
  public init(maximumTokens: Int = 128) {
    precondition(maximumTokens >= Self.minimumTokenBound)
    self.maximumTokens = maximumTokens
  }
}
