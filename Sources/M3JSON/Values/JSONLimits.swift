/// What a parser of JSON accepts at most.
public struct JSONLimits: Sendable, Equatable {
  /// Arrays and objects inside one another; the default is 64, the most is 512.
  ///
  /// A parser descends by recursion, so the depth bounds its stack.
  public let maximumDepth: Int
  /// Keys of all objects that are open at one time; the default is 2^20.
  ///
  /// A parser remembers them, 24 bytes each, to find those that stand twice.
  public let maximumKeys: Int

  public init(maximumDepth: Int = 64, maximumKeys: Int = 1 << 20) {
    precondition((1...512).contains(maximumDepth), "a depth from 1 to 512")
    precondition(maximumKeys > 0, "a positive number of keys")
    self.maximumDepth = maximumDepth
    self.maximumKeys = maximumKeys
  }
}
