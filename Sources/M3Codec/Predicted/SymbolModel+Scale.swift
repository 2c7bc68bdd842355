/// Which table codes a component, and how a residual is quantized: the same on every machine, for it is decided by correctly
/// rounded operations alone.
extension SymbolModel {
  /// A magnitude |y| / Δ is rounded down from so much below the middle between two codes: residuals are peaked, and small
  /// codes are the cheap ones.
  package static let shrinkage: Float = 0.2

  /// Codes of larger magnitude are refused: float32 no longer tells them from their neighbours.
  package static let codeLimit = 1 << 24

  /// The escape's symbol; that of a code is code + ``largestMagnitude``.
  package static let escape = symbolCount - 1

  /// 2^(k / 4) for k of 1, 2 and 3: where classes within an octave begin.
  private static let classBounds: [Double] = [1.189207115002721, 1.4142135623730951, 1.681792830507429]

  /// The scale class of a component, or nil where it is not coded.
  /// - Parameters: both positive and finite.
  package static func scaleClass(deviation: Float, step: Float) -> Int? {
    // A quotient of two float32 values is neither subnormal nor infinite in double precision.
    let ratio = Double(deviation) / Double(step)
    let octave = Int(ratio.exponent) - Int(firstScale)
    guard octave >= 0 else { return nil }
    let part = classBounds.count { $0 <= ratio.significand }
    return min(classesPerOctave * octave + part, classCount - 1)
  }

  /// The scale classes of the components that are coded: those before the first that is not.
  package static func scaleClasses(deviations: [Float], step: Float) -> [Int] {
    var classes: [Int] = []
    for deviation in deviations {
      guard let scale = scaleClass(deviation: deviation, step: step) else { break }
      classes.append(scale)
    }
    return classes
  }

  /// q = sign(y) · ⌊|y| / Δ + ½ − δ⌋, or nil beyond ``codeLimit`` and for what is not finite.
  package static func quantize(_ residual: Float, step: Float) -> Int? {
    let magnitude = (residual.magnitude / step + (0.5 - shrinkage)).rounded(.down)
    guard magnitude < Float(codeLimit) else { return nil }
    return residual < 0 ? -Int(magnitude) : Int(magnitude)
  }

  /// The correction of codes of a magnitude from 1, among the three of a class.
  package static func correctionIndex(magnitude: Int) -> Int { min(magnitude, 3) - 1 }
}
