/// Features of examples, with a column of ones behind them for the bias.
///
/// Column-major, float64. Rows are padded to pairs and columns to fours with zeros, so that the kernels have no tails.
package struct DesignMatrix: Sendable {
  /// Examples, N.
  package let count: Int
  /// Features and the ones, F + 1.
  package let width: Int
  /// N, padded.
  let stride: Int
  /// F + 1, padded.
  let paddedWidth: Int
  /// (paddedWidth, stride).
  let values: [Double]

  /// - Parameter feature: the value of a feature of an example.
  package init(count: Int, featureCount: Int, _ feature: (_ example: Int, _ feature: Int) -> Double) {
    let (width, stride) = (featureCount + 1, (count + 1) / 2 * 2)
    let paddedWidth = (width + 3) / 4 * 4
    var values = [Double](repeating: 0, count: paddedWidth * stride)
    for example in 0..<count {
      for index in 0..<featureCount { values[index * stride + example] = feature(example, index) }
      values[featureCount * stride + example] = 1
    }
    self.count = count
    self.width = width
    self.stride = stride
    self.paddedWidth = paddedWidth
    self.values = values
  }

  package init(_ vectors: [[Float]], _ standardization: Standardization) {
    self.init(count: vectors.count, featureCount: standardization.mean.count) { example, index in
      (Double(vectors[example][index]) - standardization.mean[index]) / standardization.deviation[index]
    }
  }

  /// X·c: one value an example.
  package func product(_ coefficients: [Double]) -> [Double] {
    precondition(coefficients.count == width, "a coefficient a column")
    var result = [Double](repeating: 0, count: count)
    values.withUnsafeBufferPointer { values in
      for column in 0..<width {
        let (coefficient, base) = (coefficients[column], column * stride)
        for row in 0..<count { result[row] += coefficient * values[base + row] }
      }
    }
    return result
  }

  /// Xᵀ·r: one value a column.
  package func transposedProduct(_ residuals: [Double]) -> [Double] {
    precondition(residuals.count == count, "a residual an example")
    return values.withUnsafeBufferPointer { values in
      (0..<width).map { column in
        let base = column * stride
        var sum = 0.0
        for row in 0..<count { sum += residuals[row] * values[base + row] }
        return sum
      }
    }
  }
}
