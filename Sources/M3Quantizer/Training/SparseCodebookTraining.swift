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
    let layout = try layout(dimension: shape.headDimension)
    var vectors = VectorSample(
      shape: shape, scope: settings.scope, size: Self.mostVectors, seed: UInt32(truncatingIfNeeded: settings.seed))
    try sample.read { vectors.add($0.memory) }
    observer("\(settings.codec.rawValue): \(vectors.count) vectors of \(sample.count) references")
    return try ProductTrainer(
      name: settings.codec.rawValue, layout: layout, seed: UInt32(truncatingIfNeeded: settings.seed),
      workers: settings.workers
    ).codebook(vectors, producer: sample.producer.json).bytes
  }

  /// The asked bytes by codes of the asked bits; the paper's structure has its own.
  private func layout(dimension: Int) throws(FormatError) -> ProductLayout {
    let (bytes, bits) = (settings.codeBytes, settings.codeBits)
    let count = 8 * bytes / bits
    let stages: [ProductLayout.Stage]
    switch settings.codec {
    case .memory3:
      guard let layout = ProductLayout.memory3(dimension: dimension, bytes: bytes) else {
        throw FormatError(
          .outOfRange(found: "\(bytes) bytes", allowed: "5 to 20 for memory3"), field: "code_bytes")
      }
      return layout
    case .residual: stages = Array(repeating: .init(subspaceCount: 1, centroidCount: 1 << bits), count: count)
    default: stages = [.init(subspaceCount: count, centroidCount: 1 << bits)]
    }
    guard count > 0, ProductLayout.isValid(dimension: dimension, stages: stages) else {
      throw FormatError(
        .outOfRange(found: "\(count) codes of \(bits) bits", allowed: "1 to \(dimension) codes in \(bytes) bytes"),
        field: "code_bytes")
    }
    return ProductLayout(dimension: dimension, isRotated: settings.codec == .opq, stages: stages)
  }
}
