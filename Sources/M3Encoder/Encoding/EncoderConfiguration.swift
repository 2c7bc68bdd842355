public import M3Memory
package import M3Transformer

/// How references become memories.
public struct EncoderConfiguration: Sendable, Equatable {
  public var rule: SelectionRule
  public var allocation: SelectionAllocation
  /// Kept tokens a head (paper: 8); the mean over heads where the allocation is adaptive.
  public var tokensPerHead: Int
  /// Heads that keep every token, for ``SelectionAllocation/heads``; those outside of the memory layers do not count.
  public var denseHeads: [KeyValueHead]
  /// Model layers that have memories, ascending.
  public var memoryLayers: [Int]
  public var keySpace: Producer.KeySpace
  /// What stands between the reference and its repetition, for ``SelectionRule/reconstruction``.
  public var repeatPrompt: [Int32]
  public var context: EncodingContext
  /// Tokens of a window at most, for ``EncodingContext/document``; a longer reference is a window of its own.
  public var documentTokens: Int

  public init(
    rule: SelectionRule, allocation: SelectionAllocation, tokensPerHead: Int, denseHeads: [KeyValueHead] = [],
    memoryLayers: [Int], keySpace: Producer.KeySpace, repeatPrompt: [Int32], context: EncodingContext = .reference,
    documentTokens: Int = 2048
  ) {
    self.rule = rule
    self.allocation = allocation
    self.tokensPerHead = tokensPerHead
    self.denseHeads = denseHeads
    self.memoryLayers = memoryLayers
    self.keySpace = keySpace
    self.repeatPrompt = repeatPrompt
    self.context = context
    self.documentTokens = documentTokens
  }

  /// How far the pass goes that reads windows.
  package var extent: ForwardExtent {
    rule == .received ? .probabilities(layer: memoryLayers.last!) : .keysAndValues(layer: memoryLayers.last!)
  }
}

/// What a reference has read besides the bank's BOS when its key-values are taken.
public enum EncodingContext: String, Sendable, CaseIterable {
  /// Nothing: each reference is encoded on its own (paper, section 3.1).
  case reference
  /// What stands before it in its document (paper, Remark 3), as far as ``EncoderConfiguration/documentTokens`` reach.
  case document
}
