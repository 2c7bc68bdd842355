/// Why nothing can be planned from some numbers.
public enum PlanError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A number that is none of what it names.
  case outOfRange(name: String, found: Int, allowed: String)
  /// A result beyond 2⁶³ − 1.
  case tooLarge(String)

  public var description: String {
    switch self {
    case .outOfRange(let name, let found, let allowed): "\(name): \(found) is out of range: \(allowed)"
    case .tooLarge(let name): "\(name): more than \(Int.max)"
    }
  }

  /// - Throws: ``outOfRange(name:found:allowed:)``.
  static func require(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws(PlanError) {
    guard !range.contains(value) else { return }
    let (least, most) = (range.lowerBound, range.upperBound)
    throw .outOfRange(name: name, found: value, allowed: most == .max ? "at least \(least)" : "\(least) to \(most)")
  }
}
