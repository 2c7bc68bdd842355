import M3Codec

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The codes of a residual with Laplacian density exp(−|y| / b) / 2b: what a table is without observations.
package enum LaplacianCodes {
  /// Probability of each symbol in the middle of a class.
  package static func shares(scaleClass: Int) -> [Double] {
    let scale = decay(scaleClass)
    /// P(|q| ≥ k).
    func tail(_ magnitude: Int) -> Double { exp(-start(magnitude) / scale) }
    let largest = SymbolModel.largestMagnitude
    return (-largest...largest).map { code in
      let magnitude = abs(code)
      return magnitude == 0 ? 1 - tail(1) : (tail(magnitude) - tail(magnitude + 1)) / 2
    } + [tail(largest + 1)]
  }

  /// Mean of |y| / Δ − k of what is coded with this magnitude k.
  package static func offset(scaleClass: Int, magnitude: Int) -> Double {
    let scale = decay(scaleClass)
    // An exponential's mean within an interval of length 1: b − 1 / (e^(1 / b) − 1) behind where it begins.
    return start(magnitude) - Double(magnitude) + scale - 1 / (exp(1 / scale) - 1)
  }

  /// b / Δ in the middle of a class: a Laplacian's deviation is √2 b.
  private static func decay(_ scaleClass: Int) -> Double {
    let octaves = Double(SymbolModel.firstScale) + (Double(scaleClass) + 0.5) / Double(SymbolModel.classesPerOctave)
    return exp2(octaves) / 2.0.squareRoot()
  }

  /// The least |y| / Δ that has this magnitude.
  private static func start(_ magnitude: Int) -> Double {
    magnitude == 0 ? 0 : Double(magnitude) - 0.5 + Double(SymbolModel.shrinkage)
  }
}
