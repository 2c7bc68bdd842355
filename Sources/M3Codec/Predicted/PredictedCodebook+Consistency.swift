import M3Memory

extension PredictedCodebook {
  /// What does not fit in a codebook in memory, or nil.
  package var inconsistency: String? {
    let blocks = 2 * shape.entryCount
    let dimension = shape.headDimension
    let (directions, components) = (directionCount, componentCount)
    let counts: [(name: String, found: Int, expected: Int)] = [
      ("direction counts", directionCounts.count, blocks),
      ("means", means.count, blocks * dimension),
      ("analysis rows' elements", analysis.count, directions * dimension),
      ("synthesis rows' elements", synthesis.count, directions * dimension),
      ("basis", basis.count, components * directions),
      ("predictor rows' elements", predictor.count, (2 * features.width + 1) * predictionRank),
      ("prediction basis", predictionBasis.count, predictionRank * directions),
      (
        "frequencies", symbols.frequencies.count,
        SymbolModel.classCount * SymbolModel.contextCount * SymbolModel.symbolCount
      ),
      ("corrections", symbols.corrections.count, 3 * SymbolModel.classCount),
    ]
    if let bad = counts.first(where: { $0.found != $0.expected }) {
      return "\(bad.found) \(bad.name) where \(bad.expected) are needed"
    }
    if components == 0 { return "no components" }
    if let bad = directionCounts.first(where: { $0 < 0 || $0 > dimension }) { return "\(bad) directions in a block" }
    if let problem = symbols.problem { return "\(problem.found) where \(problem.allowed) is allowed in the symbols" }
    if let bad = Self.firstNotPositive(deviations) { return "a deviation of \(deviations[bad])" }
    if let bad = Self.firstAscending(deviations) { return "deviations ascend at \(bad)" }
    return nil
  }

  static func firstNotPositive(_ values: [Float]) -> Int? {
    values.firstIndex { !($0 > 0 && $0.isFinite) }
  }

  static func firstAscending(_ values: [Float]) -> Int? {
    values.indices.dropFirst().first { values[$0] > values[$0 - 1] }
  }
}
