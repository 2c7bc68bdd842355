/// Why no quantization step meets a budget, in mean bytes a payload.
public enum BudgetError: Error, Sendable, Equatable {
  /// With the coarsest step, which codes nothing, payloads are this large.
  case belowLeast(budget: Double, least: Double)
  /// With the finest step payloads are no larger than this.
  case aboveLargest(budget: Double, largest: Double)
}

extension BudgetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .belowLeast(let budget, let least):
      "\(Int(budget)) bytes a reference cannot be met: what holds no residual at all takes \(Int(least.rounded(.up)))"
    case .aboveLargest(let budget, let largest):
      "\(Int(budget)) bytes a reference cannot be filled: the finest step takes \(Int(largest))"
    }
  }
}
