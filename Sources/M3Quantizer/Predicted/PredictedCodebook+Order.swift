import M3Codec

extension PredictedCodebook {
  /// With components in another order: the same code, its parts exchanged.
  func permuted(_ order: [Int]) -> PredictedCodebook {
    let directions = directionCount
    var result = self
    result.deviations = order.map { deviations[$0] }
    result.basis = order.flatMap { basis[$0 * directions..<($0 + 1) * directions] }
    return result
  }
}
