#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Finds the quantization step whose payloads have a given mean size.
public enum StepSearch {
  /// Halvings of the range: beyond what float32 tells apart in any range of steps.
  private static let iterationLimit = 48

  /// - Parameters:
  ///   - budget: mean bytes, all that the payload has included.
  ///   - steps: the finest and the coarsest.
  ///   - tolerance: share of the budget by which the mean may differ.
  ///   - size: mean bytes at a step; falls as the step grows.
  /// - Returns: A step within the tolerance or, where sizes jump over it, the finest one found below the budget.
  /// - Throws: ``BudgetError``, or what `size` throws.
  public static func step(
    budget: Double, steps: ClosedRange<Float>, tolerance: Double = 0.005, size: (Float) throws -> Double
  ) throws -> Float {
    precondition(steps.lowerBound > 0 && steps.upperBound.isFinite, "steps are positive")
    let least = try size(steps.upperBound)
    if least > budget * (1 + tolerance) { throw BudgetError.belowLeast(budget: budget, least: least) }
    let largest = try size(steps.lowerBound)
    if largest < budget * (1 - tolerance) { throw BudgetError.aboveLargest(budget: budget, largest: largest) }
    if abs(least - budget) <= tolerance * budget { return steps.upperBound }
    if abs(largest - budget) <= tolerance * budget { return steps.lowerBound }
    var (fine, coarse) = (log2(Double(steps.lowerBound)), log2(Double(steps.upperBound)))
    for _ in 0..<iterationLimit {
      let middle = (fine + coarse) / 2
      let step = Float(exp2(middle))
      let found = try size(step)
      if abs(found - budget) <= tolerance * budget { return step }
      if found > budget { fine = middle } else { coarse = middle }
    }
    return min(steps.upperBound, Float(exp2(coarse)))
  }
}
