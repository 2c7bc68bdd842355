/// The numbers of a head: weights on standardised elements, and the line that calibrates their sum.
struct QualityModel: Sendable, Equatable {
  /// One an element of a vector.
  var weights: [Double]
  var bias: Double
  var standardization: Standardization
  var calibration: PlattScaling

  var dimension: Int { weights.count }

  /// Σ wⱼ·(xⱼ − meanⱼ)/deviationⱼ + bias, before calibration.
  func logit(_ vector: ArraySlice<Float>) -> Double {
    precondition(vector.count == dimension, "an element a weight")
    var sum = 0.0
    for (index, element) in vector.enumerated() {
      sum += weights[index] * ((Double(element) - standardization.mean[index]) / standardization.deviation[index])
    }
    return sum + bias
  }
}
