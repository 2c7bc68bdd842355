public import M3Memory

/// Comparisons of a sample of memories, and how widely their vectors spread: what makes distances of heads comparable.
public struct ComparedSample: Sendable {
  public private(set) var comparisons: [MemoryComparison] = []
  private let shape: MemoryShape
  private var fresh: HeadStatisticsBuilder

  public init(shape: MemoryShape) {
    self.shape = shape
    fresh = HeadStatisticsBuilder(shape: shape)
  }

  /// - Parameter memory: the fresh one of the comparison.
  public mutating func add(_ comparison: MemoryComparison, fresh memory: SparseMemory) {
    comparisons.append(comparison)
    fresh.add(memory)
  }

  /// How far memories are from what they should be.
  public struct Difference: Sendable {
    /// What the stored memories lose of the variance that the codec keeps: 0 for what the codec gives, about 1 for
    /// memories of other references.
    public let lost: Double
    /// The share of the variance that coding alone loses.
    public let codingLoss: Double

    /// - Parameters:
    ///   - stored, coding: squared distances by the variance of their head.
    ///   - count: vectors.
    init(stored: Double, coding: Double, count: Double) {
      codingLoss = count > 0 ? coding / count : 0
      // Of what the codec keeps, an unrelated memory has none and adds as much of its own.
      let kept = max(count - coding, 0.01 * count)
      lost = count > 0 ? (stored - coding) / (2 * kept) : 0
    }
  }

  /// (layers, 2) variance of a vector's elements about their mean, summed over the elements: of a layer's heads together,
  /// since a sparse memory may keep a token or two of a head.
  private var variances: [Double] {
    let groups = shape.keyValueHeadCount
    return (0..<2 * shape.layers.count).map { cell in
      let (layer, part) = cell.quotientAndRemainder(dividingBy: 2)
      var (distance, power, count) = (0.0, 0.0, 0.0)
      for entry in layer * groups..<(layer + 1) * groups {
        let rows = Double(fresh.counts[entry])
        guard rows > 0 else { continue }
        let first = (2 * entry + part) * shape.headDimension
        for element in first..<first + shape.headDimension {
          power += fresh.squares[element]
          distance += max(0, fresh.squares[element] - fresh.sums[element] * fresh.sums[element] / rows)
        }
        count += rows
      }
      // A sample of one token has no variance.
      return count > 0 ? max(distance, 0.01 * power, .leastNormalMagnitude) / count : 1
    }
  }

  /// Of each comparison.
  public var differences: [Difference] {
    let variances = variances
    return comparisons.map { difference([$0], entries: 0..<shape.entryCount, parts: [.keys, .values], variances) }
  }

  /// Of all comparisons together.
  public var difference: Difference {
    difference(comparisons, entries: 0..<shape.entryCount, parts: [.keys, .values], variances)
  }

  /// (entries, 2) of each head's keys, and values, over all comparisons.
  public var blockDifferences: [Difference] {
    let variances = variances
    return (0..<2 * shape.entryCount).map { block in
      difference(
        comparisons, entries: block / 2..<block / 2 + 1, parts: [block % 2 == 0 ? .keys : .values], variances)
    }
  }

  private func difference(
    _ comparisons: [MemoryComparison], entries: Range<Int>, parts: [HeadStatistics.Part], _ variances: [Double]
  ) -> Difference {
    var (stored, coding, count) = (0.0, 0.0, 0)
    for entry in entries {
      for part in parts {
        let variance = variances[2 * (entry / shape.keyValueHeadCount) + part.rawValue]
        for comparison in comparisons {
          stored += comparison.storedErrors[2 * entry + part.rawValue] / variance
          coding += comparison.codingErrors[2 * entry + part.rawValue] / variance
          count += comparison.sharedCounts[entry]
        }
      }
    }
    return Difference(stored: stored, coding: coding, count: Double(count))
  }
}
