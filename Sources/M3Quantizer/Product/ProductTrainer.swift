public import M3Bytes
public import M3Codec
public import M3JSON

/// Trains the codebooks of a vector codec on a sample.
public struct ProductTrainer: Sendable {
  /// `pq`, `opq`, `residual`, `memory3`.
  public var name: String
  public var layout: ProductLayout
  public var seed: UInt32
  /// Threads; the result does not depend on them.
  public var workers: Int
  /// Iterations of Lloyd's algorithm for each code.
  public var iterations = 25
  /// Passes over the sample after that, in which all codes, centroids and the rotation are fitted to each other.
  public var refinements: Int
  /// Sequences of codes that a residual quantizer follows.
  public var beam = ProductCodec.defaultBeam

  public init(name: String, layout: ProductLayout, seed: UInt32, workers: Int) {
    self.name = name
    self.layout = layout
    self.seed = seed
    self.workers = workers
    refinements = layout.isRotated ? 25 : 10
  }

  /// - Parameters:
  ///   - sample: vectors of the shape's heads, at least one.
  ///   - producer: who made them.
  /// - Throws: ``FormatError`` where a centroid is beyond half precision, or there are no vectors.
  public func codebook(_ sample: VectorSample, producer: JSONObject) throws(FormatError) -> ProductCodebook {
    guard sample.count > 0 else { throw FormatError(.missing("vectors"), field: "sample") }
    var cells: [ProductCell] = []
    for index in 0..<sample.scope.cellCount(sample.shape) {
      let trainer = CellTrainer(
        layout: layout, seed: UInt64(seed) << 16 ^ UInt64(index), workers: workers, iterations: iterations,
        refinements: refinements, beam: beam)
      let cell = trainer.cell(sample.rows(cell: index, least: leastRows))
      guard (cell.mean + cell.centroids).allSatisfy(\.isFinite) else {
        throw FormatError(
          .outOfRange(found: "a centroid of cell \(index)", allowed: "half precision"), field: "centroids")
      }
      cells.append(cell)
    }
    return ProductCodebook(
      name: name, shape: sample.shape, scope: sample.scope, layout: layout, cells: cells, producer: producer,
      seed: seed,
      sampleSize: sample.count)
  }

  /// Vectors that a cell is trained on at least, where its part has so many: a few a centroid.
  private var leastRows: Int { 4 * layout.stages.map(\.centroidCount).max()! }
}
