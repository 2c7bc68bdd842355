/// What is summed of the gradients by a block's keys or values, over tokens.
enum GradientStatistic: Sendable {
  /// Σ ⟨g, g⟩: one number a block.
  case squares
  /// Σ g gᵀ: (D, D) a block.
  case products

  /// Numbers a block.
  func count(headDimension: Int) -> Int {
    switch self {
    case .squares: 1
    case .products: headDimension * headDimension
    }
  }
}
