import Glibc
import M3Codec
import M3TestSupport
import Testing

@Suite struct SymbolModelTests {
  @Test func scaleClassesByTheirLogarithms() {
    var random = Randomness(seed: 1)
    var seen: Set<Int> = []
    for _ in 0..<20_000 {
      let (deviation, step) = (exp2f(random.float(9)), exp2f(random.float(3)))
      let position = (log2(Double(deviation) / Double(step)) + 3) * 4
      // Away from the bounds, where logarithms round.
      guard (position - position.rounded()).magnitude > 1e-9 else { continue }
      let expected = position < 0 ? nil : min(Int(position), SymbolModel.classCount - 1)
      #expect(SymbolModel.scaleClass(deviation: deviation, step: step) == expected)
      if let expected { seen.insert(expected) }
    }
    #expect(seen.count == SymbolModel.classCount)
  }

  /// Classes begin at powers of two, themselves included.
  @Test func boundsBelongToTheClassAbove() {
    for octave in 0..<10 {
      let deviation = exp2f(Float(octave - 3))
      #expect(SymbolModel.scaleClass(deviation: deviation, step: 1) == 4 * octave)
      #expect(SymbolModel.scaleClass(deviation: deviation.nextDown, step: 1) == (octave == 0 ? nil : 4 * octave - 1))
    }
    #expect(SymbolModel.scaleClass(deviation: .leastNonzeroMagnitude, step: .greatestFiniteMagnitude) == nil)
    #expect(SymbolModel.scaleClass(deviation: .greatestFiniteMagnitude, step: .leastNonzeroMagnitude) == 39)
  }

  @Test func expectedMagnitudesAreALaplaciansCodes() {
    #expect(ContextBounds.expectedMagnitudes.count == SymbolModel.classCount)
    for (scale, found) in ContextBounds.expectedMagnitudes.enumerated() {
      let ratio = exp2(-3 + (Double(scale) + 0.5) / 4)
      // P(|q| ≥ k) = exp(−√2 (k − ½ + δ) / ρ), summed over k.
      let mean = (1...5000).reduce(0.0) { $0 + exp(-2.0.squareRoot() * (Double($1) - 0.3) / ratio) }
      #expect(Double(found) == (256 * mean).rounded())
    }
  }

  @Test func quantizesTowardsZero() {
    let codes = [0, 0.69, 0.71, 1.69, 1.71, 15.71, 16_000_000].map { SymbolModel.quantize($0, step: 1) }
    #expect(codes == [0, 0, 1, 1, 2, 16, 16_000_000])
    #expect(SymbolModel.quantize(-3.5, step: 0.5) == -7)
    for bad in [Float.nan, .infinity, -.infinity, 16_777_216, .greatestFiniteMagnitude] {
      #expect(SymbolModel.quantize(bad, step: 1) == nil)
    }
    #expect(SymbolModel.quantize(1, step: .leastNonzeroMagnitude) == nil)
  }
}
