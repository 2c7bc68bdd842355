import M3Memory
import M3Tensor

/// What training asks of each reference.
enum SampleReference {
  /// - Throws: ``PredictedTrainingError``.
  static func check(
    _ memory: SparseMemory, _ features: TokenFeatures, reference: Int, shape: MemoryShape, width: Int
  ) throws(PredictedTrainingError) {
    guard memory.shape == shape, memory.counts.allSatisfy({ $0 == memory.tokenCount }) else {
      throw .incompleteMemory(reference: reference)
    }
    guard features.tokenCount == memory.tokenCount, features.width == width else {
      throw .features(
        reference: reference, found: "\(features.tokenCount) tokens of \(features.width)",
        expected: "\(memory.tokenCount) tokens of \(width)")
    }
    for numbers in [memory.keys, memory.values, features.rows] {
      // A sum of squares is finite where all of them are.
      let square = numbers.withUnsafeBufferPointer {
        $0.isEmpty ? 0 : Kernels.best.dot(count: $0.count, $0.baseAddress!, $0.baseAddress!)
      }
      guard square.isFinite else { throw .notFinite(reference: reference) }
    }
  }
}
