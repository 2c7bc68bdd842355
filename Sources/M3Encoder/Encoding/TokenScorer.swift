import M3Tensor
import M3Transformer

/// Scores the tokens of references while the model reads them, by a ``SelectionRule`` that needs no second pass.
final class TokenScorer: AttentionObserver {
  /// (entries, T) of each reference.
  private(set) var scores: [[Float]] = []
  private let configuration: LlamaConfiguration
  private let kernels: Kernels
  private let rule: SelectionRule
  private let layerIndices: [Int: Int]
  private let collector: KeyValueCollector
  private var spans: [TokenSpan] = []
  private var products = FloatBuffer(count: 0)
  private var packed = FloatBuffer(count: 0)

  /// - Parameter collector: sees the projections too.
  init(model: LlamaModel, rule: SelectionRule, layers: [Int], collector: KeyValueCollector) {
    configuration = model.configuration
    kernels = model.kernels
    self.rule = rule
    self.collector = collector
    layerIndices = Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1, $0) })
  }

  /// Makes room for the references of a batch.
  func begin(_ spans: [TokenSpan]) {
    self.spans = spans
    collector.begin(spans)
    // The logarithm of an empty sum of exponentials is −∞; the other rules start from 0.
    let start: Float = rule == .attentionExp ? -.infinity : 0
    scores = spans.map {
      Array(repeating: start, count: $0.count * layerIndices.count * configuration.keyValueHeadCount)
    }
  }

  func projected(layer: Int, _ projections: Projections) {
    collector.projected(layer: layer, projections)
    guard rule == .attention || rule == .attentionExp, let index = layerIndices[layer] else { return }
    for reference in spans.indices where spans[reference].count > 0 {
      for queryHead in 0..<configuration.queryHeadCount {
        scoreWithoutMask(projections, reference: reference, layerIndex: index, queryHead: queryHead)
      }
    }
  }

  func wantsProbabilities(layer: Int) -> Bool { rule == .received && layerIndices[layer] != nil }

  func attended(layer: Int, _ probabilities: AttentionProbabilities) {
    guard let index = layerIndices[layer] else { return }
    let entry = index * configuration.keyValueHeadCount + probabilities.keyValueHead
    for (reference, span) in spans.enumerated() where span.sequence == probabilities.sequence {
      scores[reference].withUnsafeMutableBufferPointer { scores in
        guard let row = scores.baseAddress.map({ $0 + entry * span.count }) else { return }
        for query in span.range {
          kernels.add(count: span.count, probabilities.overOwnTokens(query: query) + span.start, into: row)
        }
      }
    }
  }

  /// The paper's weights of one query head, added to the scores of its key-value head.
  private func scoreWithoutMask(_ projections: Projections, reference: Int, layerIndex: Int, queryHead: Int) {
    let span = spans[reference]
    let tokenCount = span.count
    let dimension = configuration.headDimension
    let head = queryHead / configuration.groupSize
    let firstRow = projections.sequenceOffsets[span.sequence] + span.start
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
    scores[reference].withUnsafeMutableBufferPointer { scores in
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
