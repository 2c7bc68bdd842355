import M3Transformer

/// Keeps copies of all that a pass shows its observer.
final class Recorder: AttentionObserver {
  struct Layer {
    /// (N, H, D), rotated.
    var queries: [Float] = []
    /// (N, G, D).
    var keysBeforeRotation: [Float] = []
    var keys: [Float] = []
    var values: [Float] = []
    /// Of each sequence and query head.
    var probabilities: [Place: Probabilities] = [:]
  }

  struct Place: Hashable {
    var sequence: Int
    var queryHead: Int
  }

  struct Probabilities {
    /// (T, S).
    var values: [Float]
    var columns: Int
    var precedingCount: Int
    var keyValueHead: Int
    /// (T, T), as `overOwnTokens` gives them.
    var own: [Float]
  }

  private(set) var layers: [Int: Layer] = [:]
  private(set) var offsets: [Int] = []
  private let probabilityLayers: Set<Int>

  init(probabilityLayers: Set<Int> = []) {
    self.probabilityLayers = probabilityLayers
  }

  func projected(layer: Int, _ projections: Projections) {
    offsets = projections.sequenceOffsets
    let heads = projections.configuration.keyValueHeadCount
    layers[layer, default: Layer()].keysBeforeRotation = copy(projections, heads, projections.key)
    layers[layer]?.values = copy(projections, heads, projections.value)
  }

  func rotated(layer: Int, _ projections: Projections) {
    layers[layer]?.queries = copy(projections, projections.configuration.queryHeadCount, projections.query)
    layers[layer]?.keys = copy(projections, projections.configuration.keyValueHeadCount, projections.key)
  }

  func wantsProbabilities(layer: Int) -> Bool { probabilityLayers.contains(layer) }

  func attended(layer: Int, _ probabilities: AttentionProbabilities) {
    let count = probabilities.queryCount
    layers[layer]?.probabilities[Place(sequence: probabilities.sequence, queryHead: probabilities.queryHead)] =
      Probabilities(
        values: Array(UnsafeBufferPointer(start: probabilities.pointer, count: count * probabilities.stride)),
        columns: probabilities.stride, precedingCount: probabilities.precedingCount,
        keyValueHead: probabilities.keyValueHead,
        own: (0..<count).flatMap {
          Array(UnsafeBufferPointer(start: probabilities.overOwnTokens(query: $0), count: count))
        })
  }

  private func copy(
    _ projections: Projections, _ heads: Int, _ vector: (_ row: Int, _ head: Int) -> UnsafePointer<Float>
  ) -> [Float] {
    (0..<projections.sequenceOffsets.last!).flatMap { row in
      (0..<heads).flatMap {
        Array(UnsafeBufferPointer(start: vector(row, $0), count: projections.configuration.headDimension))
      }
    }
  }
}

extension ForwardPass {
  /// Logits of rows of the last run.
  func logits(_ rows: [Int]) -> [[Float]] {
    var result: [[Float]] = []
    forEachLogits(rows: rows) { _, logits in
      result.append(Array(UnsafeBufferPointer(start: logits, count: vocabularySize)))
    }
    return result
  }
}
