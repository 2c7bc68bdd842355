#if canImport(Glibc)
  import Glibc
#endif

extension PredictedCodebook {
  /// Bits of a payload by the codes' ideal lengths: what the payload of these residuals takes, within some bytes.
  /// - Parameter residuals: (T, R).
  /// - Throws: `FormatError` for residuals that cannot be coded with this step.
  package func bitCount(residuals: [Float], step: Float) throws -> Double {
    let costs = symbols.frequencies.map { Double(SymbolModel.frequencyBits) - log2(Double($0)) }
    // The token count, and the last state's 32 bits, which hold 0 to 8 bits of the codes.
    var bits = Double(16 + 28)
    try CodeWalk.visit(residuals: residuals, step: step, deviations: deviations) { code in
      bits += costs[code.table * SymbolModel.symbolCount + code.symbol]
      if code.symbol == SymbolModel.escape { bits += Double(Escape.bitCount(magnitude: code.code.magnitude)) }
    }
    return bits
  }
}
