import M3Codec
import M3Memory
import M3TestSupport

extension MemoryShape {
  /// Two memory layers of three heads.
  static func small(dimension: Int = 8) -> MemoryShape {
    MemoryShape(layers: [3, 7], keyValueHeadCount: 3, headDimension: dimension)
  }
}

extension SparseMemory {
  /// Random positions and vectors: `counts` tokens in each entry.
  init(random: inout Randomness, shape: MemoryShape, tokenCount: Int, counts: [Int], magnitude: Float = 3) {
    var positions: [UInt16] = []
    for count in counts {
      positions += (0..<tokenCount).shuffled(using: &random).prefix(count).sorted().map { UInt16($0) }
    }
    let elements = positions.count * shape.headDimension
    self.init(
      shape: shape, tokenCount: tokenCount, counts: counts, positions: positions,
      keys: random.floats(elements, magnitude), values: random.floats(elements, magnitude))
  }

  /// The same memory with other vectors.
  func with(keys: [Float], values: [Float]) -> SparseMemory {
    SparseMemory(shape: shape, tokenCount: tokenCount, counts: counts, positions: positions, keys: keys, values: values)
  }
}

extension HeadStatistics {
  static func random(_ random: inout Randomness, _ shape: MemoryShape) -> HeadStatistics {
    let count = 2 * shape.entryCount * shape.headDimension
    return HeadStatistics(
      shape: shape, means: random.floats(count), deviations: random.floats(count).map { 0.25 + $0.magnitude })
  }

  /// Means 0 and deviations 1: vectors are coded as they are.
  static func neutral(_ shape: MemoryShape) -> HeadStatistics {
    let count = 2 * shape.entryCount * shape.headDimension
    return HeadStatistics(
      shape: shape, means: Array(repeating: 0, count: count), deviations: Array(repeating: 1, count: count))
  }
}
