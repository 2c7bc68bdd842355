/// In which context each component of a token is coded: how large the token's codes have been so far, against what their
/// scale classes expect.
///
/// Some tokens are predicted well and some badly, in all their components. So the context follows an average over the
/// components before this one, whose weight falls by 1/32 a component, and the same component of the token before, and
/// compares it with the average of what is expected. Integers only: every machine finds the same contexts.
package struct ContextBounds: Sendable {
  /// (components) scale classes of the components that are coded.
  package let classes: [Int]
  /// (components, 7) the averages at which contexts 1 to 7 begin, ascending.
  let bounds: [Int32]
  static let boundCount = SymbolModel.contextCount - 1

  /// What an average is worth at which each context from the second on begins, in 64ths of the expected one.
  private static let ratios: [Int32] = [16, 32, 51, 77, 109, 160, 256]
  /// Magnitudes are counted in 256ths; larger ones than this count as this.
  static let fractionBits: Int32 = 8
  private static let largestMagnitude: Int32 = 255
  private static let decayBits: Int32 = 5
  /// Weight of the same component of the token before.
  private static let previousWeight: Int32 = 4
  /// Added to what is expected: without it the first components would have contexts by chance alone.
  private static let doubt: Int32 = 128

  package init(deviations: [Float], step: Float) {
    classes = SymbolModel.scaleClasses(deviations: deviations, step: step)
    var bounds: [Int32] = []
    bounds.reserveCapacity(Self.boundCount * classes.count)
    var average: Int32 = 0
    for scale in classes {
      let expected = Self.expectedMagnitudes[scale]
      let total = average + Self.previousWeight * expected + Self.doubt
      for ratio in Self.ratios { bounds.append((total * ratio) >> 6) }
      average += expected - average >> Self.decayBits
    }
    self.bounds = bounds
  }

  /// Components that are coded.
  package var count: Int { classes.count }

  /// The average over a token's components so far, in 256ths.
  struct Average {
    private var value: Int32 = 0

    /// The context of a component with these bounds, whose code in the token before has this magnitude.
    @inline(__always)
    func context(_ bounds: UnsafePointer<Int32>, previous: Int32) -> Int {
      let found = value &+ ContextBounds.previousWeight &* ContextBounds.counted(previous)
      // Bounds ascend: a search by halves, whose steps are selections and no branches that could be mispredicted.
      let isUpper = found >= bounds[3]
      let isLater = found >= (isUpper ? bounds[5] : bounds[1])
      let last = isUpper ? (isLater ? bounds[6] : bounds[4]) : (isLater ? bounds[2] : bounds[0])
      return (isUpper ? 4 : 0) + (isLater ? 2 : 0) + (found >= last ? 1 : 0)
    }

    @inline(__always)
    mutating func add(_ magnitude: Int32) {
      value = value &+ ContextBounds.counted(magnitude) &- value >> ContextBounds.decayBits
    }
  }

  @inline(__always)
  private static func counted(_ magnitude: Int32) -> Int32 { min(magnitude, largestMagnitude) << fractionBits }

  /// (classes) the mean magnitude of a Laplacian's codes at the middle of a class, in 256ths: with ρ = σ / Δ and
  /// p = exp(−√2 / ρ), p^(½ + δ) / (1 − p).
  package static let expectedMagnitudes: [Int32] = [
    0, 1, 2, 3, 7, 12, 20, 31, 45, 63,
    84, 111, 142, 180, 224, 278, 341, 416, 505, 611,
    737, 886, 1064, 1276, 1527, 1826, 2182, 2604, 3107, 3704,
    4415, 5260, 6265, 7461, 8882, 10572, 12582, 14973, 17816, 21196,
  ]
}
