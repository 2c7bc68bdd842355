import M3Tensor

/// Where the rows of BOS memory and memories lie, head by head: found out once a token, not once a layer.
struct DecodingMemory {
  /// Rows that one part has in one head.
  struct Segment {
    let keys: UnsafePointer<Float>
    let values: UnsafePointer<Float>
    let count: Int
  }

  private(set) var segments: [Segment] = []
  /// First segment of each (layer, head), and the number of all at the end.
  private var firstSegments: [Int] = [0]

  /// Forgets what was there. The pointers are valid as long as the context's memories are.
  mutating func place(_ context: MemoryContext?, _ shape: LlamaConfiguration) {
    segments.removeAll(keepingCapacity: true)
    firstSegments.removeAll(keepingCapacity: true)
    let parts = context?.parts ?? []
    for entry in 0..<shape.layerCount * shape.keyValueHeadCount {
      firstSegments.append(segments.count)
      for part in parts {
        let (first, end) = (part.offsets[entry], part.offsets[entry + 1])
        guard first < end else { continue }
        segments.append(
          Segment(
            keys: part.keys.pointer + first * shape.headDimension,
            values: part.values.pointer + first * shape.headDimension, count: end - first))
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
