import M3Transformer

/// Copies the keys, before rotation, and the values of some tokens of a batch, in some layers.
final class KeyValueCollector: AttentionObserver {
  /// One for each span, in their order.
  private(set) var references: [ReferenceKeyValues] = []
  private let configuration: LlamaConfiguration
  /// Index among the collected layers of each model layer that is one.
  private let layerIndices: [Int: Int]
  private var spans: [TokenSpan] = []

  init(_ configuration: LlamaConfiguration, layers: [Int]) {
    self.configuration = configuration
    layerIndices = Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1, $0) })
  }

  /// Makes room for a batch.
  func begin(_ spans: [TokenSpan]) {
    self.spans = spans
    references = spans.map {
      ReferenceKeyValues(configuration, layerCount: layerIndices.count, tokenCount: $0.count)
    }
  }

  func projected(layer: Int, _ projections: Projections) {
    guard let index = layerIndices[layer] else { return }
    for (number, span) in spans.enumerated() {
      let firstRow = projections.sequenceOffsets[span.sequence] + span.start
      copy(span.count, index, firstRow, into: &references[number].keys, projections.key)
      copy(span.count, index, firstRow, into: &references[number].values, projections.value)
    }
  }

  private func copy(
    _ tokenCount: Int, _ layerIndex: Int, _ firstRow: Int, into target: inout [Float],
    _ source: (_ row: Int, _ head: Int) -> UnsafePointer<Float>
  ) {
    let dimension = configuration.headDimension
    target.withUnsafeMutableBufferPointer { target in
      guard var place = target.baseAddress else { return }
      place += layerIndex * configuration.keyValueHeadCount * tokenCount * dimension
      for head in 0..<configuration.keyValueHeadCount {
        for token in 0..<tokenCount {
          place.update(from: source(firstRow + token, head), count: dimension)
          place += dimension
        }
      }
    }
  }
}
