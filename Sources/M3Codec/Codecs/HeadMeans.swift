import M3Bytes
public import M3Memory

/// The mean vector of each (memory layer, K/V, head), which scalar codecs subtract.
public struct HeadMeans: Sendable, Equatable {
  public enum Part: Int, Sendable, CaseIterable { case keys, values }

  public let shape: MemoryShape
  /// (entries, 2, D), float32: an entry's mean key, then its mean value.
  public let elements: [Float]

  public init(shape: MemoryShape, elements: [Float]) {
    precondition(elements.count == 2 * shape.entryCount * shape.headDimension, "two vectors an entry")
    self.shape = shape
    self.elements = elements
  }

  /// The D elements of one mean, with indices from 0.
  func vector(entry: Int, part: Part) -> [Float] {
    let first = (2 * entry + part.rawValue) * shape.headDimension
    return Array(elements[first..<first + shape.headDimension])
  }
}

/// Adds memories up to ``HeadMeans``. Sums are double, and partial sums can be merged in a fixed order, so that the result
/// does not depend on who summed what.
public struct HeadMeansBuilder: Sendable {
  private let shape: MemoryShape
  private var sums: [Double]
  private var counts: [Int]

  public init(shape: MemoryShape) {
    self.shape = shape
    sums = Array(repeating: 0, count: 2 * shape.entryCount * shape.headDimension)
    counts = Array(repeating: 0, count: shape.entryCount)
  }

  public mutating func add(_ memory: SparseMemory) {
    let dimension = shape.headDimension
    var row = 0
    for (entry, count) in memory.counts.enumerated() {
      counts[entry] += count
      for _ in 0..<count {
        for element in 0..<dimension {
          sums[2 * entry * dimension + element] += Double(memory.keys[row * dimension + element])
          sums[(2 * entry + 1) * dimension + element] += Double(memory.values[row * dimension + element])
        }
        row += 1
      }
    }
  }

  /// Adds another builder's sums.
  public mutating func merge(_ other: HeadMeansBuilder) {
    for index in sums.indices { sums[index] += other.sums[index] }
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// Means; zero for an entry that no memory keeps a token of.
  public func means() -> HeadMeans {
    let dimension = shape.headDimension
    let elements = sums.indices.map { index in
      Float(sums[index] / Double(max(1, counts[index / (2 * dimension)])))
    }
    return HeadMeans(shape: shape, elements: elements)
  }
}
