/// A count whose sums and products know when they left the range of `Int`.
///
/// Formulas are written as they stand in print, and asked once, at the end, whether the result is one.
struct CheckedCount: Sendable, ExpressibleByIntegerLiteral {
  /// nil beyond the range.
  private let count: Int?

  init(_ count: Int?) { self.count = count }

  init(integerLiteral value: Int) { count = value }

  /// - Throws: ``PlanError`` `tooLarge`, naming what the count is of.
  func value(of name: String) throws(PlanError) -> Int {
    guard let count else { throw .tooLarge(name) }
    return count
  }

  static func + (left: CheckedCount, right: CheckedCount) -> CheckedCount {
    combine(left, right) { $0.addingReportingOverflow($1) }
  }

  static func * (left: CheckedCount, right: CheckedCount) -> CheckedCount {
    combine(left, right) { $0.multipliedReportingOverflow(by: $1) }
  }

  private static func combine(
    _ left: CheckedCount, _ right: CheckedCount, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> CheckedCount {
    guard let left = left.count, let right = right.count else { return CheckedCount(nil) }
    let (value, isBeyond) = operation(left, right)
    return CheckedCount(isBeyond ? nil : value)
  }
}
