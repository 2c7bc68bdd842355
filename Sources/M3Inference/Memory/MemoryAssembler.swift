public import M3Memory
public import M3Transformer

/// Puts memories together as a model reads them: the bank's BOS first, then each memory, all in one interval of
/// positions (parallel position encoding, section 3.1).
public struct MemoryAssembler: Sendable {
  public let producer: Producer
  /// Tokens of the bank's longest reference.
  public let longestReference: Int
  private let bos: AttentionMemory
  private let rotation: Rotation

  public init(producer: Producer, bos: BOSMemory, longestReference: Int) {
    self.producer = producer
    self.longestReference = longestReference
    self.bos = AttentionMemory(bos)
    rotation = Rotation(producer, positionCount: producer.bosTokens.count + longestReference)
  }

  /// Where the context's first token stands.
  public var contextPosition: Int { producer.contextPosition(longestReference: longestReference) }

  /// The BOS memory and these memories, in this order at every head.
  public func assemble(_ memories: [SparseMemory]) -> AttentionMemory {
    AttentionMemory(concatenating: [bos] + memories.map(attentionMemory))
  }

  private func attentionMemory(_ memory: SparseMemory) -> AttentionMemory {
    let keys =
      producer.keySpace == .afterRotation
      ? memory.keys : rotation.rotatedKeys(memory, firstPosition: producer.bosTokens.count)
    // Layers without memories hold no rows.
    var counts = [Int](repeating: 0, count: producer.layerCount * producer.shape.keyValueHeadCount)
    for (index, layer) in producer.shape.layers.enumerated() {
      for head in 0..<producer.shape.keyValueHeadCount {
        counts[layer * producer.shape.keyValueHeadCount + head] =
          memory.counts[index * producer.shape.keyValueHeadCount + head]
      }
    }
    return AttentionMemory(
      layerCount: producer.layerCount, keyValueHeadCount: producer.shape.keyValueHeadCount,
      headDimension: producer.shape.headDimension, offsets: counts.reduce(into: [0]) { $0.append($0.last! + $1) },
      keys: keys, values: memory.values)
  }
}
