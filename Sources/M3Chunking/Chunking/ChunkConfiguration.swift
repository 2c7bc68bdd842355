/// How documents are cut into references.
public struct ChunkConfiguration: Sendable, Equatable {
  /// The most tokens that a chunk may have, prefix counted, BOS not. The default is 128, the
  /// paper's length of a reference.
  public let maximumTokens: Int
  /// What stands between a title and the text. The default is `": "`.
  public let titleSeparator: String

  /// The least bound: a code point of four bytes and a shortened title fit in it.
  public static let minimumTokenBound = 8

  /// - Parameter maximumTokens: at least ``minimumTokenBound``.
  public init(maximumTokens: Int = 128, titleSeparator: String = ": ") {
    precondition(maximumTokens >= Self.minimumTokenBound)
    self.maximumTokens = maximumTokens
    self.titleSeparator = titleSeparator
  }
}
