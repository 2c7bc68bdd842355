import M3Codec
import M3Memory

/// The squared error of keys and of values that a codebook predicts without any residual.
struct PredictionError {
  private let codec: PredictedCodec
  /// Of keys and of values: Σ |x − x̂|², and Σ |x − μ|².
  private var errors = [0.0, 0.0]
  private var powers = [0.0, 0.0]

  init(_ codebook: PredictedCodebook) {
    codec = PredictedCodec(codebook, step: codebook.steps.upperBound)
  }

  /// - Throws: what coding throws.
  mutating func add(_ memory: SparseMemory, _ features: TokenFeatures) throws {
    let shape = memory.shape
    let predicted = try codec.memory(codec.payload(memory, features: features), shape: shape, features: features)
    let parts = [(memory.keys, predicted.keys), (memory.values, predicted.values)]
    for (part, (actual, predicted)) in parts.enumerated() {
      for row in 0..<shape.entryCount * memory.tokenCount {
        let first = row * shape.headDimension
        let mean = (2 * (row / memory.tokenCount) + part) * shape.headDimension
        for element in 0..<shape.headDimension {
          let value = Double(actual[first + element])
          let (error, power) = (
            value - Double(predicted[first + element]), value - Double(codec.codebook.means[mean + element])
          )
          errors[part] += error * error
          powers[part] += power * power
        }
      }
    }
  }

  /// Shares of the variance that are not predicted.
  var shares: (keys: Double, values: Double) {
    (powers[0] > 0 ? errors[0] / powers[0] : 0, powers[1] > 0 ? errors[1] / powers[1] : 0)
  }
}
