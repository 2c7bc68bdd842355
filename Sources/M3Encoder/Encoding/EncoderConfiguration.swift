public import M3Memory

/// How references become memories.
public struct EncoderConfiguration: Sendable, Equatable {
  public var rule: SelectionRule
  public var allocation: SelectionAllocation
  /// Kept tokens a head (paper: 8); the mean over heads where the allocation is adaptive.
  public var tokensPerHead: Int
  /// Model layers that have memories, ascending.
  public var memoryLayers: [Int]
  public var keySpace: Producer.KeySpace
  /// What stands between the reference and its repetition, for ``SelectionRule/reconstruction``.
  public var repeatPrompt: [Int32]

  public init(
    rule: SelectionRule, allocation: SelectionAllocation, tokensPerHead: Int, memoryLayers: [Int],
    keySpace: Producer.KeySpace, repeatPrompt: [Int32]
  ) {
    self.rule = rule
    self.allocation = allocation
    self.tokensPerHead = tokensPerHead
    self.memoryLayers = memoryLayers
    self.keySpace = keySpace
    self.repeatPrompt = repeatPrompt
  }
}
