import M3Tensor

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

  public init(
    bos: AttentionMemory?, memories: [AttentionMemory] = [], biases: [Float] = [], logitScale: Float = 1,
    logSumExpScale: Float = 1
  ) {
    precondition(biases.isEmpty || biases.count == memories.count, "one bias a memory")
    self.bos = bos
    self.memories = memories
    self.biases = biases
    self.logitScale = logitScale
    self.logSumExpScale = logSumExpScale
  }

  /// BOS memory and memories, in the order in which a head's keys stand.
  var parts: [AttentionMemory] { (bos.map { [$0] } ?? []) + memories }

  /// Keys of one head: BOS memory and memories together.
  func rowCount(layer: Int, head: Int) -> Int {
    memories.reduce(bos?.rows(layer: layer, head: head).count ?? 0) { $0 + $1.rows(layer: layer, head: head).count }
  }

  /// Whether logits stay as they are.
  var isPlain: Bool { logitScale == 1 && logSumExpScale == 1 && biases.allSatisfy { $0 == 0 } }

  /// Applies biases and constants to one query's logits over the keys of one head.
  ///
  /// - Parameters:
  ///   - logits: q · k over BOS memory and memories, not yet times `attentionScale`; changed in place.
  ///   - scratch: as many elements, overwritten.
  func weigh(
    _ logits: UnsafeMutablePointer<Float>, layer: Int, head: Int, attentionScale: Float,
    scratch: UnsafeMutablePointer<Float>, kernels: Kernels
  ) {
    if isPlain { return }
    let first = bos?.rows(layer: layer, head: head).count ?? 0
    var end = first
    for (index, memory) in memories.enumerated() {
      let shift = biases.isEmpty ? 0 : biases[index] / attentionScale
      let count = memory.rows(layer: layer, head: head).count
      for column in end..<end + count { logits[column] = logits[column] * logitScale + shift }
      end += count
    }
    guard logSumExpScale != 1, end > first else { return }
    for column in first..<end { scratch[column - first] = logits[column] * attentionScale }
    let logSumExp = kernels.logSumExp(scratch, count: end - first)
    let shift = (logSumExpScale - 1) * logSumExp / attentionScale
    for column in first..<end { logits[column] += shift }
  }
}
