import M3Bytes
import M3Codec
import M3JSON
import M3Memory
import M3Spool

/// Trains the codebook of a sparse codec: of the memories alone.
public struct SparseCodebookTraining {
  public let sample: SampledMemories
  public let settings: CodebookSettings
  /// Told of each step as it begins.
  private let observer: (String) -> Void

  /// Vectors that product codebooks are trained on at most, of all cells together.
  private static let mostVectors = 1 << 20

  public init(sample: SampledMemories, settings: CodebookSettings, observer: @escaping (String) -> Void) {
    self.sample = sample
    self.settings = settings
    self.observer = observer
  }

  /// - Throws: ``FormatError`` where there are no vectors, or a codec cannot be made of so many bytes; ``FileError``.
  public func train() throws -> [UInt8] {
    let shape = sample.producer.shape
    guard settings.codec.isProduct else {
      observer("means and deviations of \(sample.count) references")
      var statistics = HeadStatisticsBuilder(shape: shape)
      try sample.read { statistics.add($0.memory) }
      return statistics.statistics().bytes
    }
    let layout = try settings.codec.layout(
      dimension: shape.headDimension, bytes: settings.codeBytes, bits: settings.codeBits)
    var vectors = VectorSample(
      shape: shape, scope: settings.scope, size: Self.mostVectors, seed: UInt32(truncatingIfNeeded: settings.seed))
    try sample.read { vectors.add($0.memory) }
    observer("\(settings.codec.rawValue): \(vectors.count) vectors of \(sample.count) references")
    return try ProductTrainer(
      name: settings.codec.rawValue, layout: layout, seed: UInt32(truncatingIfNeeded: settings.seed),
      workers: settings.workers
    ).codebook(vectors, producer: sample.producer.json).bytes
  }
}
