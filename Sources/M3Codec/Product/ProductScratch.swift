import M3Tensor

/// Room for encoding a block of vectors.
final class ProductScratch {
  /// (rows, D).
  let centred: FloatBuffer
  /// (rows · beam, D): what the codes found so far leave of a vector.
  var residuals: FloatBuffer
  /// (rows · beam, D): the same of the next stage.
  var nextResiduals: FloatBuffer
  /// (rows · beam, block of centroids).
  let scores: FloatBuffer
  /// (rows, beam).
  var best: FloatBuffer
  var nextBest: FloatBuffer
  /// (rows, beam).
  let indices: UnsafeMutablePointer<UInt32>
  /// (rows, beam, codes).
  var codes: [UInt32]
  var nextCodes: [UInt32]

  init(_ layout: ProductLayout, rows: Int, beam: Int) {
    let sequences = max(1, rows * beam)
    let columns = min(CentroidSearch.blockColumns, layout.codes.map(\.centroidCount).max()!)
    centred = FloatBuffer(uninitializedCount: layout.isRotated ? rows * layout.dimension : 0)
    residuals = FloatBuffer(uninitializedCount: sequences * layout.dimension)
    nextResiduals = FloatBuffer(uninitializedCount: beam > 1 ? sequences * layout.dimension : 0)
    scores = FloatBuffer(uninitializedCount: sequences * columns)
    best = FloatBuffer(uninitializedCount: sequences)
    nextBest = FloatBuffer(uninitializedCount: sequences)
    indices = .allocate(capacity: sequences)
    indices.initialize(repeating: 0, count: sequences)
    codes = Array(repeating: 0, count: beam > 1 ? sequences * layout.codeCount : 0)
    nextCodes = codes
  }

  deinit { indices.deallocate() }
}
