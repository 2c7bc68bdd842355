import M3Tensor
import M3Transformer

/// All keys and values of one reference in some layers.
struct ReferenceKeyValues {
  let tokenCount: Int
  /// (layers, G, T, D), before rotation.
  var keys: [Float]
  /// (layers, G, T, D).
  var values: [Float]

  init(_ configuration: LlamaConfiguration, layerCount: Int, tokenCount: Int) {
    self.tokenCount = tokenCount
    keys = [Float](repeating: 0, count: layerCount * configuration.keyValueSize * tokenCount)
    values = keys
  }

  /// The keys, their first token rotated to `firstPosition` and each of the others to the next.
  func rotatedKeys(_ model: LlamaModel, firstPosition: Int) -> [Float] {
    var keys = keys
    let dimension = model.configuration.headDimension
    keys.withUnsafeMutableBufferPointer { buffer in
      guard var key = buffer.baseAddress else { return }
      for row in 0..<buffer.count / dimension {
        model.kernels.rotate(heads: 1, key, to: firstPosition + row % tokenCount, rotary: model.rotary)
        key += dimension
      }
    }
    return keys
  }
}
