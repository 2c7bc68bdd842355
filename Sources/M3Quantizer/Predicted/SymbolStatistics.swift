import M3Codec

/// How often each symbol came in each table, and how far residuals lie from their codes.
///
/// All sums are whole numbers, so that they do not depend on who counted what.
struct SymbolStatistics: Sendable {
  /// Weight of the distribution that fills what was not seen, in observations.
  private static let priorWeight = 32.0
  /// Of the offsets' fixed point.
  private static let fractionScale: Float = 0x1p20
  private static let tableCount = SymbolModel.classCount * SymbolModel.contextCount

  /// (classes, contexts, symbols).
  private var counts = [Int](repeating: 0, count: tableCount * SymbolModel.symbolCount)
  /// (classes, 3): codes of magnitude 1, 2 and more, and the sum of |y| / Δ − |q| of them.
  private var offsetCounts = [Int](repeating: 0, count: 3 * SymbolModel.classCount)
  private var offsetSums = [Int](repeating: 0, count: 3 * SymbolModel.classCount)

  /// Counts the codes of a memory.
  /// - Parameters:
  ///   - residuals: (T, R).
  ///   - deviations: (R).
  mutating func add(_ residuals: [Float], deviations: [Float], step: Float) throws {
    try CodeWalk.visit(residuals: residuals, step: step, deviations: deviations) { code in
      let table = code.scaleClass * SymbolModel.contextCount + code.context
      counts[table * SymbolModel.symbolCount + code.symbol] += 1
      guard code.code != 0 else { return }
      let magnitude = code.code.magnitude
      let group = 3 * code.scaleClass + SymbolModel.correctionIndex(magnitude: Int(magnitude))
      let residual = residuals[code.token * deviations.count + code.component].magnitude / step
      offsetCounts[group] += 1
      offsetSums[group] += Int(((residual - Float(magnitude)) * Self.fractionScale).rounded())
    }
  }

  mutating func merge(_ other: SymbolStatistics) {
    for index in counts.indices { counts[index] += other.counts[index] }
    for index in offsetCounts.indices { offsetCounts[index] += other.offsetCounts[index] }
    for index in offsetSums.indices { offsetSums[index] += other.offsetSums[index] }
  }

  /// Each table is drawn to its class's distribution, and that to a Laplacian's of the class's scale, as far as there are
  /// few observations. Without any, the model is the Laplacian's.
  var model: SymbolModel {
    var frequencies: [UInt16] = []
    for scaleClass in 0..<SymbolModel.classCount {
      let tables = (0..<SymbolModel.contextCount).map { context in
        let first = (scaleClass * SymbolModel.contextCount + context) * SymbolModel.symbolCount
        return counts[first..<first + SymbolModel.symbolCount].map { Double($0) }
      }
      let all = tables.dropFirst().reduce(tables[0]) { zip($0, $1).map { $0 + $1 } }
      let classShares = Self.smoothed(all, prior: LaplacianCodes.shares(scaleClass: scaleClass))
      for table in tables {
        frequencies += SymbolFrequencies.whole(Self.smoothed(table, prior: classShares))
      }
    }
    let corrections = offsetCounts.indices.map { group -> Float in
      let prior = LaplacianCodes.offset(scaleClass: group / 3, magnitude: group % 3 + 1)
      let sum = Double(offsetSums[group]) / Double(Self.fractionScale) + Self.priorWeight * prior
      return Float(min(0.5, max(-0.5, sum / (Double(offsetCounts[group]) + Self.priorWeight))))
    }
    return SymbolModel(frequencies: frequencies, corrections: corrections)
  }

  private static func smoothed(_ counts: [Double], prior: [Double]) -> [Double] {
    let total = counts.reduce(0, +) + priorWeight
    return zip(counts, prior).map { ($0 + priorWeight * $1) / total }
  }
}
