import M3Memory
import M3Tensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the rows of BOS memory and memories lie, head by head, and how much they weigh: found out once a sequence, not
/// once a layer.
struct MemoryRows {
  /// Rows that one part has in one head.
  struct Segment {
    let keys: UnsafePointer<Float>
    let values: UnsafePointer<Float>
    let count: Int
    /// What its logits are multiplied with, and then raised by, before they are scaled.
    let factor: Float
    let shift: Float
    /// Whether the rows are the BOS memory's, which weighs as it is.
    let isBOS: Bool
  }

  private(set) var segments: [Segment] = []
  /// First segment of each (layer, head), and the number of all at the end.
  private var firstSegments: [Int] = [0]
  /// APE's scaling factor.
  private var logSumExpScale: Float = 1
  /// Whether logits stay as they are.
  private var isPlain = true

  /// Forgets what was there. The pointers are valid as long as the context's memories are.
  mutating func place(_ context: MemoryContext?, _ shape: LlamaConfiguration) {
    segments.removeAll(keepingCapacity: true)
    firstSegments.removeAll(keepingCapacity: true)
    isPlain = context?.isPlain ?? true
    logSumExpScale = context?.logSumExpScale ?? 1
    var parts: [(memory: AttentionMemory, factor: Float, shift: Float, isBOS: Bool)] = []
    if let context {
      if let bos = context.bos { parts.append((bos, 1, 0, true)) }
      for (index, memory) in context.memories.enumerated() {
        let bias = context.biases.isEmpty ? 0 : context.biases[index]
        parts.append((memory, context.logitScale, bias / shape.attentionScale, false))
      }
    }
    let logCount = Float(log(Double(max(1, context?.memories.count ?? 1))))
    for entry in 0..<shape.layerCount * shape.keyValueHeadCount {
      firstSegments.append(segments.count)
      for part in parts {
        let (first, end) = (part.memory.offsets[entry], part.memory.offsets[entry + 1])
        guard first < end else { continue }
        var (factor, shift) = (part.factor, part.shift)
        if let constants = context?.constants, !part.isBOS {
          factor *= constants.scales[entry]
          shift += (constants.biases[entry] + constants.crowding[entry] * logCount) / shape.attentionScale
        }
        segments.append(
          Segment(
            keys: part.memory.keys.pointer + first * shape.headDimension,
            values: part.memory.values.pointer + first * shape.headDimension, count: end - first,
            factor: factor, shift: shift, isBOS: part.isBOS))
      }
    }
    firstSegments.append(segments.count)
  }

  /// The segments of one head, in the order of the parts.
  func head(_ head: Int, layer: Int, _ shape: LlamaConfiguration) -> ArraySlice<Segment> {
    let entry = layer * shape.keyValueHeadCount + head
    return segments[firstSegments[entry]..<firstSegments[entry + 1]]
  }

  /// Applies biases and constants to one query's logits over the keys of one head.
  ///
  /// - Parameters:
  ///   - logits: q · k over the segments' keys, not yet times `attentionScale`; changed in place.
  ///   - scratch: grows to as many elements, overwritten.
  func weigh(
    _ logits: UnsafeMutablePointer<Float>, _ segments: ArraySlice<Segment>, attentionScale: Float,
    scratch: inout FloatBuffer, kernels: Kernels
  ) {
    if isPlain { return }
    var (first, end) = (0, 0)
    for segment in segments {
      for column in end..<end + segment.count { logits[column] = logits[column] * segment.factor + segment.shift }
      end += segment.count
      if segment.isBOS { first = end }
    }
    guard logSumExpScale != 1, end > first else { return }
    FloatBuffer.grow(&scratch, to: end - first)
    for column in first..<end { scratch.pointer[column - first] = logits[column] * attentionScale }
    let logSumExp = kernels.logSumExp(scratch.pointer, count: end - first)
    let shift = (logSumExpScale - 1) * logSumExp / attentionScale
    for column in first..<end { logits[column] += shift }
  }
}

extension ArraySlice<MemoryRows.Segment> {
  /// Rows of all segments.
  var rowCount: Int { reduce(0) { $0 + $1.count } }
}
