/// Why a matrix cannot be decomposed.
public enum AlgebraError: Error, Sendable, Equatable {
  /// The leading minor of this order is not positive: the matrix is not positive definite.
  case notPositiveDefinite(order: Int)
  /// So many off-diagonal elements did not converge to zero.
  case notConverged(count: Int)
  /// An order, in rows, for whose workspace there is no memory.
  case outOfMemory(order: Int)
}

extension AlgebraError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notPositiveDefinite(let order): "a matrix is not positive definite: its leading minor of order \(order)"
    case .notConverged(let count): "the eigenvalues of a matrix did not converge: \(count) left"
    case .outOfMemory(let order): "no memory to decompose a matrix of \(order) rows"
    }
  }
}
