import M3Memory
import M3Tensor

/// The reading side of a codebook's transform: keys and values of a prediction and what is coded beyond it.
struct BlockReconstruction: Sendable {
  let directionCount: Int
  private let shape: MemoryShape
  private let means: [Float]
  /// (R, Q).
  private let basis: PackedFactor
  /// By block: its columns of S.
  private let synthesis: [PackedFactor]
  private let kernels: Kernels

  init(_ codebook: PredictedCodebook, kernels: Kernels) {
    directionCount = codebook.directionCount
    (shape, means, self.kernels) = (codebook.shape, codebook.means, kernels)
    basis = PackedFactor(
      depth: codebook.componentCount, columns: directionCount, elements: codebook.basis[...], kernels: kernels)
    let dimension = codebook.shape.headDimension
    synthesis = codebook.mapBlocks(of: codebook.synthesis) { rows, count in
      PackedFactor(depth: count, columns: dimension, elements: rows, kernels: kernels)
    }
  }

  /// Writes the rows of all entries, each of all tokens.
  /// - Parameters:
  ///   - components: (T, R) decoded ones.
  ///   - projections: (T, Q) the prediction; overwritten.
  ///   - keys: (entries, T, D).
  ///   - values: (entries, T, D).
  ///   - finish: called with each entry's keys while the cache still holds them.
  func reconstruct(
    count: Int, components: SparseRows, projections: UnsafeMutablePointer<Float>,
    keys: UnsafeMutablePointer<Float>, values: UnsafeMutablePointer<Float>,
    finish: (UnsafeMutablePointer<Float>) -> Void
  ) {
    basis.addProduct(components, into: projections, outStride: directionCount, kernels: kernels)
    let dimension = shape.headDimension
    var column = 0
    means.withUnsafeBufferPointer { means in
      for (block, factor) in synthesis.enumerated() {
        let rows = (block.isMultiple(of: 2) ? keys : values) + block / 2 * count * dimension
        for token in 0..<count {
          (rows + token * dimension).update(from: means.baseAddress! + block * dimension, count: dimension)
        }
        if factor.depth > 0 {
          factor.multiply(
            rows: count, projections + column, stride: directionCount, into: rows, outStride: dimension,
            accumulating: true, kernels: kernels)
        }
        column += factor.depth
        if block.isMultiple(of: 2) { finish(rows) }
      }
    }
  }
}
