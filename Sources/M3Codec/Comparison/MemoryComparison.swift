public import M3Memory

/// A stored memory beside the one that its reference gives now, head by head.
///
/// Vectors are compared where both keep a token. The measure is how far the stored vectors are from the fresh ones, and how
/// far the codec alone would have put them: what coding costs is no difference.
public struct MemoryComparison: Sendable {
  /// Kept tokens of the stored memory, of the fresh one, and of both.
  public let storedCount: Int
  public let freshCount: Int
  public let sharedCount: Int
  /// (entries) tokens that both keep.
  let sharedCounts: [Int]
  /// (entries, 2) squared distances from the fresh vectors of the stored ones, keys and values.
  let storedErrors: [Double]
  /// (entries, 2) those of the fresh ones after coding.
  let codingErrors: [Double]

  /// - Parameters:
  ///   - stored: as the bank gives it.
  ///   - fresh: of the same shape, before coding.
  ///   - coded: the fresh one, coded and decoded.
  /// - Precondition: all of one shape; the fresh one and what coding made of it keep the same tokens.
  public init(stored: SparseMemory, fresh: SparseMemory, coded: SparseMemory) {
    precondition(stored.shape == fresh.shape && coded.shape == fresh.shape, "memories of one shape")
    precondition(coded.counts == fresh.counts && coded.positions == fresh.positions, "coding keeps the tokens")
    let dimension = fresh.shape.headDimension
    var shared = [Int](repeating: 0, count: fresh.counts.count)
    var storedErrors = [Double](repeating: 0, count: 2 * fresh.counts.count)
    var codingErrors = storedErrors
    var (storedRow, freshRow) = (0, 0)
    for entry in fresh.counts.indices {
      let (storedEnd, freshEnd) = (storedRow + stored.counts[entry], freshRow + fresh.counts[entry])
      while storedRow < storedEnd, freshRow < freshEnd {
        let (found, wanted) = (stored.positions[storedRow], fresh.positions[freshRow])
        if found == wanted {
          shared[entry] += 1
          for (part, vectors) in [(stored.keys, fresh.keys, coded.keys), (stored.values, fresh.values, coded.values)]
            .enumerated()
          {
            let exact = vectors.1[freshRow * dimension..<(freshRow + 1) * dimension]
            storedErrors[2 * entry + part] += Self.squaredDistance(
              exact, vectors.0[storedRow * dimension..<(storedRow + 1) * dimension])
            codingErrors[2 * entry + part] += Self.squaredDistance(
              exact, vectors.2[freshRow * dimension..<(freshRow + 1) * dimension])
          }
        }
        if found <= wanted { storedRow += 1 }
        if wanted <= found { freshRow += 1 }
      }
      (storedRow, freshRow) = (storedEnd, freshEnd)
    }
    (storedCount, freshCount) = (stored.rowCount, fresh.rowCount)
    sharedCounts = shared
    sharedCount = shared.reduce(0, +)
    self.storedErrors = storedErrors
    self.codingErrors = codingErrors
  }

  /// The share of kept tokens that both keep: 1 where they keep the same ones.
  public var sharedShare: Double {
    max(storedCount, freshCount) == 0 ? 1 : Double(sharedCount) / Double(max(storedCount, freshCount))
  }

  private static func squaredDistance(_ first: ArraySlice<Float>, _ second: ArraySlice<Float>) -> Double {
    zip(first, second).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
  }
}
