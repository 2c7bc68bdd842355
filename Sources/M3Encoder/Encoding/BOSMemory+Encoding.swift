public import M3Memory
public import M3Transformer

extension BOSMemory {
  /// Computes the key-values of a bank's BOS text at every layer and head (paper, section 3.1), at positions from 0.
  public init(tokens: [Int32], model: LlamaModel) {
    let shape = model.configuration
    let collector = KeyValueCollector(shape, layers: Array(0..<shape.layerCount))
    collector.begin([TokenSpan(sequence: 0, start: 0, count: tokens.count)])
    if !tokens.isEmpty {
      ForwardPass(model: model).run(
        [Sequence(tokens: tokens)], extent: .keysAndValues(layer: shape.layerCount - 1), observer: collector)
    }
    let found = collector.references[0]
    self.init(
      layerCount: shape.layerCount, keyValueHeadCount: shape.keyValueHeadCount, tokenCount: tokens.count,
      headDimension: shape.headDimension, keys: found.rotatedKeys(model, firstPosition: 0), values: found.values)
  }
}
