/// What a parser of JSON accepts at most.
public struct JSONLimits: Sendable, Equatable {
  /// Arrays and objects inside one another; the default is 64, the most is 512.
  ///
  /// A parser descends by recursion, so the depth bounds its stack.
  public let maximumDepth: Int

  public init(maximumDepth: Int = 64) {
    precondition((1...512).contains(maximumDepth), "a depth from 1 to 512")
    self.maximumDepth = maximumDepth
  }
}
