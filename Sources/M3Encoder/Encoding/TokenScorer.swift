import M3Memory
import M3Tensor
import M3Transformer

/// Scores the tokens of the references of a batch by a ``SelectionRule``, and collects their keys and values.
final class TokenScorer: AttentionObserver {
  /// (entries, T) of each reference.
  private(set) var scores: [[Float]] = []
  let collector: KeyValueCollector
  private let configuration: LlamaConfiguration
  private let kernels: Kernels
  private let rule: SelectionRule
  private let layerIndices: [Int: Int]
  private var tokenCounts: [Int] = []
  private var products = FloatBuffer(count: 0)
  private var packed = FloatBuffer(count: 0)

  init(model: LlamaModel, configuration: EncoderConfiguration) {
    self.configuration = model.configuration
    kernels = model.kernels
    rule = configuration.rule
    collector = KeyValueCollector(
      model.configuration, layers: configuration.memoryLayers, keySpace: configuration.keySpace)
    layerIndices = Dictionary(uniqueKeysWithValues: configuration.memoryLayers.enumerated().map { ($1, $0) })
  }

  /// Makes room for a batch of references of so many tokens.
  func begin(tokenCounts: [Int]) {
    self.tokenCounts = tokenCounts
    collector.begin(firstTokenCounts: tokenCounts)
    // The logarithm of an empty sum of exponentials is −∞; the other rules start from 0.
    let start: Float = rule == .attentionExp ? -.infinity : 0
    scores = tokenCounts.map {
      Array(repeating: start, count: $0 * layerIndices.count * configuration.keyValueHeadCount)
    }
  }

  func projected(layer: Int, _ projections: Projections) {
    collector.projected(layer: layer, projections)
    guard rule == .attention || rule == .attentionExp, let index = layerIndices[layer] else { return }
    for (number, tokenCount) in tokenCounts.enumerated() where tokenCount > 0 {
      for queryHead in 0..<configuration.queryHeadCount {
        scoreWithoutMask(projections, sequence: number, tokenCount: tokenCount, layerIndex: index, queryHead: queryHead)
      }
    }
  }

  func rotated(layer: Int, _ projections: Projections) {
    collector.rotated(layer: layer, projections)
  }

  func wantsProbabilities(layer: Int) -> Bool {
    (rule == .received || rule == .reconstruction) && layerIndices[layer] != nil
  }

  func attended(layer: Int, _ probabilities: AttentionProbabilities) {
    guard let index = layerIndices[layer] else { return }
    let number = probabilities.sequence
    let tokenCount = tokenCounts[number]
    let entry = index * configuration.keyValueHeadCount + probabilities.keyValueHead
    scores[number].withUnsafeMutableBufferPointer { scores in
      guard let row = scores.baseAddress.map({ $0 + entry * tokenCount }) else { return }
      switch rule {
      case .received:
        for query in 0..<tokenCount {
          kernels.add(count: tokenCount, probabilities.overOwnTokens(query: query), into: row)
        }
      case .reconstruction:
        // The sequence is the reference, the prompt, the reference again: the last T queries repeat it.
        for query in probabilities.queryCount - tokenCount..<probabilities.queryCount {
          kernels.max(count: tokenCount, probabilities.overOwnTokens(query: query), into: row)
        }
      case .attention, .attentionExp, .all: break
      }
    }
  }

  /// The paper's weights of one query head, added to the scores of its key-value head.
  private func scoreWithoutMask(
    _ projections: Projections, sequence: Int, tokenCount: Int, layerIndex: Int, queryHead: Int
  ) {
    let dimension = configuration.headDimension
    let head = queryHead / configuration.groupSize
    let firstRow = projections.sequenceOffsets[sequence]
    let queries = projections.query(row: firstRow, head: queryHead)
    let keys = projections.key(row: firstRow, head: head)
    let padded = (tokenCount + kernels.panelWidth - 1) / kernels.panelWidth * kernels.panelWidth
    if packed.count < padded * dimension { packed = FloatBuffer(uninitializedCount: padded * dimension) }
    if products.count < tokenCount * tokenCount { products = FloatBuffer(uninitializedCount: tokenCount * tokenCount) }

    // `attention` wants queries as rows, to normalize over keys; `attention_exp` sums over queries, so keys are rows.
    let (rows, columns) = rule == .attention ? (queries, keys) : (keys, queries)
    kernels.packTransposed(
      columns: tokenCount, depth: dimension, columns, stride: projections.stride, into: packed.pointer)
    kernels.multiply(
      rows: tokenCount, columns: tokenCount, depth: dimension, rows, stride: projections.stride,
      packed: UnsafePointer(packed.pointer), into: products.pointer, stride: tokenCount)
    let first = (layerIndex * configuration.keyValueHeadCount + head) * tokenCount
    scores[sequence].withUnsafeMutableBufferPointer { scores in
      let target = scores.baseAddress! + first
      for row in 0..<tokenCount {
        let product = products.pointer + row * tokenCount
        if rule == .attention {
          kernels.softmax(product, visible: tokenCount, total: tokenCount, scale: configuration.attentionScale)
          kernels.add(count: tokenCount, product, into: target)
        } else {
          for column in 0..<tokenCount { product[column] *= configuration.attentionScale }
          let pair = [target[row], kernels.logSumExp(product, count: tokenCount)]
          target[row] = pair.withUnsafeBufferPointer { kernels.logSumExp($0.baseAddress!, count: 2) }
        }
      }
    }
  }
}
