public import M3JSON
public import M3Memory

/// Codebooks of a vector codec, one a cell of its scope.
public struct ProductCodebook: Sendable, Equatable {
  /// `pq`, `opq`, `residual`, `memory3`.
  public let name: String
  public let shape: MemoryShape
  public let scope: CodebookScope
  public let layout: ProductLayout
  /// (cells).
  public let cells: [ProductCell]
  /// Who made the memories that it was trained on.
  public let producer: JSONObject
  public let seed: UInt32
  /// Vectors that it was trained on.
  public let sampleSize: Int

  /// Codecs by these codebooks.
  public static let names = ["pq", "opq", "residual", "memory3"]

  /// - Precondition: a known name; as many cells as the scope has, and their sizes those of the layout.
  public init(
    name: String, shape: MemoryShape, scope: CodebookScope, layout: ProductLayout, cells: [ProductCell],
    producer: JSONObject, seed: UInt32, sampleSize: Int
  ) {
    precondition(Self.names.contains(name), "a known codec")
    precondition(layout.dimension == shape.headDimension, "vectors of a head")
    precondition(cells.count == scope.cellCount(shape), "a codebook a cell")
    for cell in cells {
      precondition(cell.mean.count == layout.dimension, "a mean")
      precondition(cell.rotation.count == (layout.isRotated ? layout.dimension * layout.dimension : 0), "a rotation")
      precondition(cell.centroids.count == layout.centroidElementCount, "centroids")
    }
    self.name = name
    self.shape = shape
    self.scope = scope
    self.layout = layout
    self.cells = cells
    self.producer = producer
    self.seed = seed
    self.sampleSize = sampleSize
  }
}
