import M3Bytes
import M3Codec
public import M3Memory
import M3Records
import M3Spool
import M3Stage

/// The memories of a sample with what the model's first layers say of their tokens.
public struct FeaturedSample: TrainingSource {
  public let sample: SampledMemories
  public let features: any FeatureProvider
  public let workers: Int

  public init(_ sample: SampledMemories, features: any FeatureProvider, workers: Int) {
    self.sample = sample
    self.features = features
    self.workers = workers
  }

  public func read(_ body: (SparseMemory, TokenFeatures) throws -> Void) throws {
    try read(
      workers: 1, { ($0, $1) },
      consume: { (memory: SparseMemory, features: TokenFeatures) in try body(memory, features) })
  }

  /// Features are computed side by side too.
  public func read<Value: Sendable>(
    _ transform: @escaping @Sendable (SparseMemory, TokenFeatures) throws -> Value, consume: (Value) throws -> Void
  ) throws {
    try read(workers: workers, transform, consume: consume)
  }

  private func read<Value: Sendable>(
    workers: Int, _ transform: @escaping @Sendable (SparseMemory, TokenFeatures) throws -> Value,
    consume: (Value) throws -> Void
  ) throws {
    try sample.reader { next in
      try OrderedPipeline.run(
        workers: workers, next: next, worker: {},
        transform: { [features] _, pair in
          do {
            return try transform(pair.memory, features.features(of: pair.reference.text))
          } catch let error as FormatError {
            throw error.inRecord(pair.reference.id)
          }
        },
        consume: consume)
    }
  }
}
