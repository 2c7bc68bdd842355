/// What codes stand for at a step: (classes, symbols) for those that have a symbol of their own, with the class's corrections.
struct Dequantization: Sendable {
  private let values: [Float]
  private let model: SymbolModel
  private let step: Float

  init(_ model: SymbolModel, step: Float) {
    self.model = model
    self.step = step
    values = (0..<SymbolModel.classCount * SymbolModel.symbolCount).map { index in
      let (scale, symbol) = index.quotientAndRemainder(dividingBy: SymbolModel.symbolCount)
      return Self.value(symbol - SymbolModel.largestMagnitude, scaleClass: scale, model: model, step: step)
    }
  }

  private static func value(_ code: Int, scaleClass: Int, model: SymbolModel, step: Float) -> Float {
    guard code != 0 else { return 0 }
    let magnitude = Int(code.magnitude)
    let correction = model.corrections[3 * scaleClass + SymbolModel.correctionIndex(magnitude: magnitude)]
    let value = step * (Float(magnitude) + correction)
    return code < 0 ? -value : value
  }

  /// Appends a row of what a token's codes stand for.
  func append(_ codes: UnsafePointer<Int32>, classes: [Int], to rows: inout SparseRows) {
    values.withUnsafeBufferPointer { values in
      for (component, scale) in classes.enumerated() {
        let code = Int(codes[component])
        if code == 0 { continue }
        let symbol = code + SymbolModel.largestMagnitude
        if symbol >= 0 && symbol < SymbolModel.escape {
          rows.append(values[scale * SymbolModel.symbolCount + symbol], at: component)
        } else {
          rows.append(Self.value(code, scaleClass: scale, model: model, step: step), at: component)
        }
      }
    }
    rows.endRow()
  }
}
