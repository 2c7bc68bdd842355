import M3Bytes

/// Quantizes residuals in the order in which they are coded: encoding, rate search and training see the same codes.
package enum CodeWalk {
  /// Visits the codes of a memory, token by token, components ascending; components that are not coded are left out.
  /// - Parameters:
  ///   - residuals: (T, R).
  ///   - deviations: (R), not ascending.
  /// - Throws: ``FormatError`` for a residual that is not finite or too large for the step; what `body` throws.
  package static func visit(
    residuals: [Float], step: Float, deviations: [Float], _ body: (ResidualCode) throws -> Void
  ) throws {
    let contexts = ContextBounds(deviations: deviations, step: step)
    let width = deviations.count
    guard width > 0 else { return }
    var previous = [Int32](repeating: 0, count: contexts.count)
    for token in 0..<residuals.count / width {
      var average = ContextBounds.Average()
      for component in 0..<contexts.count {
        let residual = residuals[token * width + component]
        guard let code = SymbolModel.quantize(residual, step: step) else {
          throw FormatError(
            .outOfRange(found: "\(residual)", allowed: "below \(SymbolModel.codeLimit) steps of \(step)"),
            field: "residual of token \(token)")
        }
        let magnitude = Int32(code.magnitude)
        let context = contexts.bounds.withUnsafeBufferPointer {
          average.context($0.baseAddress! + component * ContextBounds.boundCount, previous: previous[component])
        }
        try body(
          ResidualCode(
            code: code, scaleClass: contexts.classes[component], context: context, component: component, token: token))
        average.add(magnitude)
        previous[component] = magnitude
      }
    }
  }
}
