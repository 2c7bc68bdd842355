import M3Memory
import M3Transformer

/// Copies the keys and values of the first tokens of each sequence, in some layers.
final class KeyValueCollector: AttentionObserver {
  /// Keys and values of one reference: (entries, T, D) each.
  struct Reference {
    let tokenCount: Int
    var keys: [Float]
    var values: [Float]
  }

  private(set) var references: [Reference] = []
  private let configuration: LlamaConfiguration
  /// Index among the memory layers of each model layer that is one.
  private let layerIndices: [Int: Int]
  private let keySpace: Producer.KeySpace

  init(_ configuration: LlamaConfiguration, layers: [Int], keySpace: Producer.KeySpace) {
    self.configuration = configuration
    self.keySpace = keySpace
    layerIndices = Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1, $0) })
  }

  /// Makes room for a batch.
  func begin(firstTokenCounts: [Int]) {
    let width = layerIndices.count * configuration.keyValueSize
    references = firstTokenCounts.map { tokenCount in
      let zeros = [Float](repeating: 0, count: tokenCount * width)
      return Reference(tokenCount: tokenCount, keys: zeros, values: zeros)
    }
  }

  func projected(layer: Int, _ projections: Projections) {
    guard let index = layerIndices[layer] else { return }
    if keySpace == .beforeRotation { copyKeys(index, projections) }
    for number in references.indices {
      let tokenCount = references[number].tokenCount
      copy(tokenCount, index, projections.sequenceOffsets[number], into: &references[number].values, projections.value)
    }
  }

  func rotated(layer: Int, _ projections: Projections) {
    guard keySpace == .afterRotation, let index = layerIndices[layer] else { return }
    copyKeys(index, projections)
  }

  private func copyKeys(_ layerIndex: Int, _ projections: Projections) {
    for number in references.indices {
      let tokenCount = references[number].tokenCount
      copy(tokenCount, layerIndex, projections.sequenceOffsets[number], into: &references[number].keys, projections.key)
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
