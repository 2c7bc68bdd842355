import M3Tensor

/// Where the rows of BOS memory and memories lie, head by head: found out once a token, not once a layer.
struct DecodingMemory {
  /// Rows that one part has in one head.
  struct Segment {
    let keys: UnsafePointer<Float>
    let values: UnsafePointer<Float>
    let count: Int
    /// What its logits are multiplied with, and then raised by, before they are scaled.
    let factor: Float
    let shift: Float
  }

  private(set) var segments: [Segment] = []
  /// First segment of each (layer, head), and the number of all at the end.
  private var firstSegments: [Int] = [0]
  /// APE's scaling factor.
  private(set) var logSumExpScale: Float = 1
  /// Whether logits stay as they are.
  private(set) var isPlain = true

  /// Forgets what was there. The pointers are valid as long as the context's memories are.
  mutating func place(_ context: MemoryContext?, _ shape: LlamaConfiguration) {
    segments.removeAll(keepingCapacity: true)
    firstSegments.removeAll(keepingCapacity: true)
    let parts = context?.parts ?? []
    let bosCount = context?.bos == nil ? 0 : 1
    isPlain = context?.isPlain ?? true
    logSumExpScale = context?.logSumExpScale ?? 1
    let weights = parts.indices.map { part -> (factor: Float, shift: Float) in
      guard let context, part >= bosCount else { return (1, 0) }
      let bias = context.biases.isEmpty ? 0 : context.biases[part - bosCount]
      return (context.logitScale, bias / shape.attentionScale)
    }
    for entry in 0..<shape.layerCount * shape.keyValueHeadCount {
      firstSegments.append(segments.count)
      for (part, weight) in zip(parts, weights) {
        let (first, end) = (part.offsets[entry], part.offsets[entry + 1])
        guard first < end else { continue }
        segments.append(
          Segment(
            keys: part.keys.pointer + first * shape.headDimension,
            values: part.values.pointer + first * shape.headDimension, count: end - first, factor: weight.factor,
            shift: weight.shift))
      }
    }
    firstSegments.append(segments.count)
  }

  /// The segments of one head, in the order of the parts.
  func head(_ head: Int, layer: Int, _ shape: LlamaConfiguration) -> ArraySlice<Segment> {
    let entry = layer * shape.keyValueHeadCount + head
    return segments[firstSegments[entry]..<firstSegments[entry + 1]]
  }
}
