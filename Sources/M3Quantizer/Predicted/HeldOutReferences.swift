/// Which references of a sample are left for measuring: every so-manyth, the last of its group.
struct HeldOutReferences: Sendable {
  /// Below a fifth of the sample is held out.
  private static let leastInterval = 5

  /// References held out.
  let count: Int
  private let interval: Int

  /// - Parameters:
  ///   - wanted: at most so many.
  ///   - total: references of the sample.
  /// - Throws: ``PredictedTrainingError`` `tooFewReferences`.
  init(_ wanted: Int, of total: Int) throws(PredictedTrainingError) {
    guard total >= Self.leastInterval else { throw .tooFewReferences(found: total, needed: Self.leastInterval) }
    interval = max(Self.leastInterval, (total + wanted - 1) / wanted)
    count = total / interval
  }

  func contains(_ index: Int) -> Bool { index % interval == interval - 1 }
}
