public import M3Bytes
public import M3Memory
public import M3Transformer

/// How much an error in each block of a memory costs a reader, direction by direction: eᵀ M e for an error e of a stored key,
/// before rotation, or value.
///
/// A metric is the mean of g gᵀ over a sample's tokens, g the derivative of the loss by the key or value, gathered as
/// ``BlockWeights`` are; those are the means of the metrics' diagonals.
public struct BlockMetrics: Sendable, Equatable {
  public let shape: MemoryShape
  /// (entries, 2, D, D): of keys, of values; symmetric, without negative eigenvalues but for rounding.
  public let elements: [Double]

  /// - Precondition: two metrics an entry.
  public init(shape: MemoryShape, elements: [Double]) {
    precondition(
      elements.count == 2 * shape.entryCount * shape.headDimension * shape.headDimension, "two metrics an entry")
    self.shape = shape
    self.elements = elements
  }

  /// Gathers the metrics: one more product a block than for the weights alone.
  ///
  /// Parameters and errors are those of ``BlockWeights/init(gathering:weights:producer:bos:settings:workers:)``.
  public init(
    gathering references: [DenseReference], weights: GradientWeights, producer: Producer, bos: BOSMemory,
    settings: BlockWeightSettings, workers: Int
  ) throws(FormatError) {
    let gathering = try GradientGathering(
      references: references, weights: weights, producer: producer, bos: bos, settings: settings)
    self.init(shape: producer.shape, elements: gathering.means(.products, workers: workers))
  }
}

extension BlockWeights {
  /// The weights that go with metrics: (1 / D) · trace.
  /// - Throws: ``FormatError`` where they are no numbers above 0.
  public init(_ metrics: BlockMetrics) throws(FormatError) {
    let dimension = metrics.shape.headDimension
    try self.init(
      shape: metrics.shape,
      squares: (0..<2 * metrics.shape.entryCount).map { block in
        (0..<dimension).reduce(0) { $0 + metrics.elements[(block * dimension + $1) * dimension + $1] }
      })
  }
}
