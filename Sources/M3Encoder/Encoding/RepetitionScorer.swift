import M3Tensor
import M3Transformer

/// Scores the tokens of references while the model repeats them: the largest attention that each receives, per memory
/// layer and key-value head.
///
/// A batch has one sequence a reference. Its last T tokens are the repetition; the last T rows of the memory that it
/// reads are the reference.
final class RepetitionScorer: AttentionObserver {
  /// (entries, T) of each reference.
  private(set) var scores: [[Float]] = []
  private let keyValueHeadCount: Int
  private let kernels: Kernels
  private let layerIndices: [Int: Int]
  private var tokenCounts: [Int] = []

  init(model: LlamaModel, layers: [Int]) {
    keyValueHeadCount = model.configuration.keyValueHeadCount
    kernels = model.kernels
    layerIndices = Dictionary(uniqueKeysWithValues: layers.enumerated().map { ($1, $0) })
  }

  /// Makes room for a batch of references of so many tokens.
  func begin(tokenCounts: [Int]) {
    self.tokenCounts = tokenCounts
    scores = tokenCounts.map { Array(repeating: 0, count: $0 * layerIndices.count * keyValueHeadCount) }
  }

  func wantsProbabilities(layer: Int) -> Bool { layerIndices[layer] != nil }

  func attended(layer: Int, _ probabilities: AttentionProbabilities) {
    guard let index = layerIndices[layer] else { return }
    let tokenCount = tokenCounts[probabilities.sequence]
    let entry = index * keyValueHeadCount + probabilities.keyValueHead
    scores[probabilities.sequence].withUnsafeMutableBufferPointer { scores in
      guard let row = scores.baseAddress.map({ $0 + entry * tokenCount }) else { return }
      for query in probabilities.queryCount - tokenCount..<probabilities.queryCount {
        kernels.max(count: tokenCount, probabilities.overOwnTokens(query: query) - tokenCount, into: row)
      }
    }
  }
}
