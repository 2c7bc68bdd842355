package import M3Tensor

/// Finds the codes of vectors of one cell.
///
/// Stages follow each other: in each, every subspace takes the centroid nearest to what is left. Residual quantizers keep the
/// `beam` best sequences of codes at every stage (Babenko and Lempitsky, 2014, doi:10.1109/CVPR.2014.124; Liu et al. 2015).
package struct ProductEncoder: Sendable {
  let layout: ProductLayout
  private let mean: [Float]
  /// (D, D), packed; nil where the layout is not rotated.
  private let rotation: FloatBuffer?
  /// (codes).
  private let searches: [CentroidSearch]
  private let beam: Int
  private let kernels: Kernels

  /// Vectors that are encoded together.
  static let blockRows = 64

  /// - Parameter beam: sequences that a residual quantizer keeps; at least 1.
  package init(_ layout: ProductLayout, _ cell: ProductCell, beam: Int, kernels: Kernels = .best) {
    precondition(beam >= 1, "one sequence at least")
    self.layout = layout
    self.kernels = kernels
    self.beam = layout.isResidual ? beam : 1
    mean = cell.mean
    let dimension = layout.dimension
    rotation = layout.isRotated ? FloatBuffer(uninitializedCount: kernels.padded(dimension) * dimension) : nil
    if let rotation {
      kernels.packTransposed(
        columns: dimension, depth: dimension, cell.rotation, stride: dimension, into: rotation.pointer)
    }
    searches = layout.codes.map { code in
      cell.centroids.withUnsafeBufferPointer {
        CentroidSearch(
          $0.baseAddress! + code.centroidStart, count: code.centroidCount, width: code.elements.count, kernels: kernels)
      }
    }
  }

  /// - Parameters:
  ///   - rows: (count, D).
  ///   - codes: (count, codes), filled.
  package func encode(_ rows: UnsafePointer<Float>, count: Int, into codes: UnsafeMutablePointer<UInt32>) {
    let scratch = ProductScratch(layout, rows: min(count, Self.blockRows), beam: beam)
    for first in stride(from: 0, to: count, by: Self.blockRows) {
      let block = min(Self.blockRows, count - first)
      centre(rows + first * layout.dimension, count: block, scratch)
      let target = codes + first * layout.codeCount
      if beam > 1 {
        BeamSearch(layout: layout, searches: searches, beam: beam, kernels: kernels).run(
          count: block, scratch, into: target)
      } else {
        search(count: block, scratch, into: target)
      }
    }
  }

  /// Subtracts the mean and rotates, into the scratch's residuals.
  private func centre(_ rows: UnsafePointer<Float>, count: Int, _ scratch: ProductScratch) {
    let dimension = layout.dimension
    let centred = rotation == nil ? scratch.residuals.pointer : scratch.centred.pointer
    mean.withUnsafeBufferPointer { mean in
      for row in 0..<count {
        let place = row * dimension
        for index in 0..<dimension { centred[place + index] = rows[place + index] - mean[index] }
      }
    }
    if let rotation {
      kernels.multiply(
        rows: count, columns: dimension, depth: dimension, centred, stride: dimension, packed: rotation.pointer,
        into: scratch.residuals.pointer, stride: dimension)
    }
  }

  private func search(count: Int, _ scratch: ProductScratch, into codes: UnsafeMutablePointer<UInt32>) {
    let residuals = scratch.residuals.pointer
    for (index, code) in layout.codes.enumerated() {
      let first = residuals + code.elements.lowerBound
      searches[index].nearest(
        rows: count, first, stride: layout.dimension, scores: scratch.scores.pointer, best: scratch.best.pointer,
        into: scratch.indices, kernels: kernels)
      let isLast = code.stage == layout.stages.count - 1
      for row in 0..<count {
        codes[row * layout.codeCount + index] = scratch.indices[row]
        if !isLast { searches[index].subtract(Int(scratch.indices[row]), from: first + row * layout.dimension) }
      }
    }
  }
}
