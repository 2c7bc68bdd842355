/// Which heads a memory covers: the memory layers of a model, all key-value heads of each.
public struct MemoryShape: Sendable, Equatable {
  /// Model layers that have memories, ascending (paper, section 3.1: the first half).
  public let layers: [Int]
  /// G, key-value heads of a layer.
  public let keyValueHeadCount: Int
  /// D, elements of a head.
  public let headDimension: Int

  public init(layers: [Int], keyValueHeadCount: Int, headDimension: Int) {
    self.layers = layers
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
  }

  /// Heads over all memory layers; entry `layerIndex · G + head`.
  public var entryCount: Int { layers.count * keyValueHeadCount }
}
