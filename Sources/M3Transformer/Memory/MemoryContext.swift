public import M3Memory

/// What a sequence reads besides its own tokens: the bank's BOS memory, then memories (paper, section 3.1), each where it
/// lies.
///
/// Two constants after APE (adaptive parallel encoding, arXiv 2502.05431) and a bias a memory say how much memories
/// weigh. With their defaults, attention is the paper's: one softmax over all keys.
public struct MemoryContext: Sendable {
  /// Key-values of the bank's BOS text; neither scaled nor biased.
  public var bos: AttentionMemory?
  public var memories: [AttentionMemory]
  /// Added to the logits of each memory's keys: empty, or one a memory.
  public var biases: [Float]
  /// Times the logits of memories' keys: the inverse of APE's temperature.
  public var logitScale: Float
  /// APE's scaling factor: the log-sum-exp over all memories' keys is multiplied by it.
  public var logSumExpScale: Float
  /// Of each head, besides those of all; nil where there are none.
  public var constants: ReadingConstants?

  public init(
    bos: AttentionMemory?, memories: [AttentionMemory] = [], biases: [Float] = [], logitScale: Float = 1,
    logSumExpScale: Float = 1, constants: ReadingConstants? = nil
  ) {
    precondition(biases.isEmpty || biases.count == memories.count, "one bias a memory")
    self.bos = bos
    self.memories = memories
    self.biases = biases
    self.logitScale = logitScale
    self.logSumExpScale = logSumExpScale
    self.constants = constants
  }

  /// Whether logits stay as they are.
  var isPlain: Bool {
    constants == nil && logitScale == 1 && logSumExpScale == 1 && biases.allSatisfy { $0 == 0 }
  }
}
