public import M3Memory
public import M3Transformer

/// Puts memories together as a model reads them: the bank's BOS first, then each memory, all in one interval of
/// positions (parallel position encoding, section 3.1).
public struct MemoryAssembler: Sendable {
  public let producer: Producer
  /// Tokens of the bank's longest reference.
  public let longestReference: Int
  public let bos: AttentionMemory
  /// How each head reads memories; nil: as they are.
  public let constants: ReadingConstants?
  private let rotation: Rotation

  public init(producer: Producer, bos: BOSMemory, longestReference: Int, constants: ReadingConstants? = nil) {
    self.producer = producer
    self.longestReference = longestReference
    self.bos = AttentionMemory(bos)
    self.constants = constants
    rotation = Rotation(producer, positionCount: producer.contextPosition(longestReference: longestReference))
  }

  /// Where the context's first token stands.
  public var contextPosition: Int { producer.contextPosition(longestReference: longestReference) }

  /// The BOS memory and these memories.
  public func assemble(_ memories: [SparseMemory]) -> MemoryContext {
    MemoryContext(bos: bos, memories: memories.map { attentionMemory($0) }, constants: constants)
  }

  /// The BOS memory and these memories, read where they lie.
  public func assemble(rotated memories: [RotatedMemory]) -> MemoryContext {
    MemoryContext(bos: bos, memories: memories.map { attentionMemory($0) }, constants: constants)
  }

  /// A memory as attention reads it: its keys rotated to their positions.
  public func attentionMemory(_ memory: SparseMemory) -> AttentionMemory {
    attentionMemory(RotatedMemory(memory, producer: producer, longestReference: longestReference, rotation: rotation))
  }

  /// A memory that is ready but for its layers: the model's layers without memories hold no rows. Nothing is copied.
  public func attentionMemory(_ memory: RotatedMemory) -> AttentionMemory {
    let headCount = producer.shape.keyValueHeadCount
    var offsets = [0]
    offsets.reserveCapacity(producer.layerCount * headCount + 1)
    var entry = 0
    for layer in 0..<producer.layerCount {
      let isMemoryLayer = entry < producer.shape.entryCount && producer.shape.layers[entry / headCount] == layer
      for _ in 0..<headCount {
        if isMemoryLayer { entry += 1 }
        offsets.append(memory.offsets[entry])
      }
    }
    return AttentionMemory(
      layerCount: producer.layerCount, keyValueHeadCount: headCount, headDimension: producer.shape.headDimension,
      offsets: offsets, keys: memory.keys, values: memory.values)
  }
}
