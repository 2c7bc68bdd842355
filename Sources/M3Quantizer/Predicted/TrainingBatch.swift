import M3Memory
import M3Parallel
import M3Tensor

/// Tokens' features f and directions z, gathered from references until there are enough for products of matrices.
///
/// A column is a token: f of (row of the token, row of the token before, 1), then z of (Q). Tokens fill batches without
/// regard to where references end.
final class TrainingBatch {
  let featureCount: Int
  let directions: BlockDirections
  let capacity: Int
  /// Tokens in the batch.
  private(set) var count = 0
  /// (featureCount + Q, capacity).
  let columns: FloatBuffer
  private let kernels: Kernels
  /// (Q, D).
  private let analysis: FloatBuffer
  /// First direction of each block.
  private let firsts: [Int]

  init(featureCount: Int, directions: BlockDirections, capacity: Int = 256, kernels: Kernels = .best) {
    self.featureCount = featureCount
    self.directions = directions
    self.capacity = capacity
    self.kernels = kernels
    columns = FloatBuffer(count: (featureCount + directions.count) * capacity)
    analysis = FloatBuffer(directions.analysis)
    var first = 0
    firsts = directions.counts.map { count in
      defer { first += count }
      return first
    }
  }

  /// Appends the tokens of a reference, calling `flush` each time the batch is full; it is then empty.
  func append(_ memory: SparseMemory, _ features: TokenFeatures, workers: Int, flush: () -> Void) {
    var token = 0
    while token < memory.tokenCount {
      let tokens = token..<token + min(memory.tokenCount - token, capacity - count)
      appendFeatures(features, tokens)
      appendDirections(memory, tokens, workers)
      count += tokens.count
      token = tokens.upperBound
      if count == capacity { self.flush(flush) }
    }
  }

  /// Calls `body` for what is in the batch, and empties it.
  func flush(_ body: () -> Void) {
    if count > 0 { body() }
    count = 0
  }

  private func appendFeatures(_ features: TokenFeatures, _ tokens: Range<Int>) {
    let width = features.width
    features.rows.withUnsafeBufferPointer { rows in
      // Row 0 is of the BOS text, so token t is row t + 1 and the one before it row t.
      for (group, shift) in [1, 0].enumerated() {
        for element in 0..<width {
          let line = columns.pointer + (group * width + element) * capacity + count
          for token in tokens { line[token - tokens.lowerBound] = rows[(token + shift) * width + element] }
        }
      }
    }
    let constant = columns.pointer + 2 * width * capacity + count
    for place in 0..<tokens.count { constant[place] = 1 }
  }

  private func appendDirections(_ memory: SparseMemory, _ tokens: Range<Int>, _ workers: Int) {
    let dimension = directions.shape.headDimension
    memory.keys.withUnsafeBufferPointer { keys in
      memory.values.withUnsafeBufferPointer { values in
        let (keys, values) = (keys.baseAddress!, values.baseAddress!)
        ParallelLoop.run(directions.counts.count, workers: workers) { block in
          guard directions.counts[block] > 0 else { return }
          let first = block / 2 * memory.tokenCount + tokens.lowerBound
          project((block % 2 == 0 ? keys : values) + first * dimension, tokens.count, block)
        }
      }
    }
  }

  private func project(_ vectors: UnsafePointer<Float>, _ tokens: Int, _ block: Int) {
    let dimension = directions.shape.headDimension
    withUnsafeTemporaryAllocation(of: Float.self, capacity: (tokens + kernels.padded(tokens)) * dimension) { scratch in
      let centred = scratch.baseAddress!
      directions.means.withUnsafeBufferPointer { means in
        let mean = means.baseAddress! + block * dimension
        for token in 0..<tokens {
          for element in 0..<dimension {
            centred[token * dimension + element] = vectors[token * dimension + element] - mean[element]
          }
        }
      }
      let packed = centred + tokens * dimension
      kernels.packTransposed(columns: tokens, depth: dimension, centred, stride: dimension, into: packed)
      kernels.multiply(
        rows: directions.counts[block], columns: tokens, depth: dimension, analysis.pointer + firsts[block] * dimension,
        stride: dimension, packed: packed, into: columns.pointer + (featureCount + firsts[block]) * capacity + count,
        stride: capacity)
    }
  }
}
