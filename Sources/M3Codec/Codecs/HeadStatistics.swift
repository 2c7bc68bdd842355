public import M3Memory

/// Mean and standard deviation of every element of each (memory layer, K/V, head): what scalar codecs subtract and divide by.
///
/// A few elements of a key are many times larger than the others. With one step for all, they take the whole range of the
/// codes; divided by their deviations, all elements use it (half the squared error, at no byte a record).
public struct HeadStatistics: Sendable, Equatable {
  public enum Part: Int, Sendable, CaseIterable { case keys, values }

  public let shape: MemoryShape
  /// (entries, 2, D), float32: an entry's mean key, then its mean value.
  public let means: [Float]
  /// (entries, 2, D), float32, positive.
  public let deviations: [Float]

  public init(shape: MemoryShape, means: [Float], deviations: [Float]) {
    precondition(means.count == 2 * shape.entryCount * shape.headDimension, "two vectors an entry")
    precondition(deviations.count == means.count, "a deviation a mean")
    self.shape = shape
    self.means = means
    self.deviations = deviations
  }

  /// The elements of one vector, as a range of ``means`` and ``deviations``.
  func elements(entry: Int, part: Part) -> Range<Int> {
    let first = (2 * entry + part.rawValue) * shape.headDimension
    return first..<first + shape.headDimension
  }
}

/// Adds memories up to ``HeadStatistics``. Sums are double, and partial sums can be merged in a fixed order, so that the
/// result does not depend on who summed what.
public struct HeadStatisticsBuilder: Sendable {
  public let shape: MemoryShape
  /// (entries, 2, D): sums of elements and of their squares.
  var sums: [Double]
  var squares: [Double]
  /// (entries) rows that were added.
  var counts: [Int]

  public init(shape: MemoryShape) {
    self.shape = shape
    sums = Array(repeating: 0, count: 2 * shape.entryCount * shape.headDimension)
    squares = sums
    counts = Array(repeating: 0, count: shape.entryCount)
  }

  /// Adds a memory as a spool stores it: in bfloat16.
  public mutating func add(_ memory: SparseMemory) {
    for (part, vectors) in [memory.keys, memory.values].enumerated() {
      var place = 0
      for (entry, count) in memory.counts.enumerated() {
        let first = (2 * entry + part) * shape.headDimension
        for _ in 0..<count {
          for element in first..<first + shape.headDimension {
            let value = Double(BFloat16.value(BFloat16.bits(vectors[place])))
            sums[element] += value
            squares[element] += value * value
            place += 1
          }
        }
      }
    }
    for (entry, count) in memory.counts.enumerated() { counts[entry] += count }
  }

  /// Adds another builder's sums.
  public mutating func merge(_ other: HeadStatisticsBuilder) {
    for index in sums.indices { sums[index] += other.sums[index] }
    for index in squares.indices { squares[index] += other.squares[index] }
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// The statistics of what was added. An entry that no memory keeps a token of has means 0 and deviations 1.
  public func statistics() -> HeadStatistics {
    let dimension = shape.headDimension
    func count(_ index: Int) -> Double { Double(max(1, counts[index / (2 * dimension)])) }
    let means = sums.indices.map { sums[$0] / count($0) }
    let deviations = squares.indices.map { max(0, squares[$0] / count($0) - means[$0] * means[$0]).squareRoot() }
    return HeadStatistics(
      shape: shape, means: means.map { Float($0) },
      deviations: stride(from: 0, to: deviations.count, by: dimension).flatMap {
        Self.positive(deviations[$0..<$0 + dimension])
      })
  }

  /// A vector's deviations, none below a thousandth of their root mean square: an element that hardly varies in the sample
  /// must not stretch the range where it does.
  private static func positive(_ deviations: ArraySlice<Double>) -> [Float] {
    let power = deviations.reduce(0) { $0 + $1 * $1 } / Double(deviations.count)
    let floor = power.squareRoot() / 1000
    guard Float(floor) > 0 else { return deviations.map { _ in 1 } }
    return deviations.map { Float(max(floor, $0)) }
  }
}
