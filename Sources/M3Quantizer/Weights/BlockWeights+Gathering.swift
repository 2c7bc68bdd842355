public import M3Bytes
public import M3Memory
public import M3Transformer

extension BlockWeights {
  /// Gathers the weights: the model reads each reference's memory, with noise, and repeats the reference behind it; then it
  /// reads the memory of the first half and continues with the second.
  ///
  /// The result is the same for any number of workers.
  /// - Parameters:
  ///   - references: the sample; in the producer's shape, keys before rotation.
  ///   - bos: the producer's BOS memory.
  ///   - workers: threads, each with a ``GradientPass`` of its own.
  /// - Throws: ``FormatError`` where the sample, the producer and the model do not fit, a reference and its repetition
  ///   are longer than the model's context, or no gradient comes out that is a number above 0.
  public init(
    gathering references: [DenseReference], weights: GradientWeights, producer: Producer, bos: BOSMemory,
    settings: BlockWeightSettings, workers: Int
  ) throws(FormatError) {
    let gathering = try GradientGathering(
      references: references, weights: weights, producer: producer, bos: bos, settings: settings)
    try self.init(shape: producer.shape, squares: gathering.means(.squares, workers: workers))
  }

  /// A block whose gradients are all 0 gets this share of the mean weight: weights are divided by.
  private static let smallestShare = 1e-9

  /// - Parameter squares: (entries, 2) mean over tokens of ⟨g, g⟩.
  init(shape: MemoryShape, squares: [Double]) throws(FormatError) {
    let elements = squares.map { $0 / Double(shape.headDimension) }
    let mean = elements.reduce(0, +) / Double(elements.count)
    guard mean.isFinite, mean > 0 else {
      throw FormatError(.outOfRange(found: "a mean of \(mean)", allowed: "numbers above 0"), field: "gradients")
    }
    self.init(shape: shape, elements: elements.map { max($0, Self.smallestShare * mean) })
  }
}
