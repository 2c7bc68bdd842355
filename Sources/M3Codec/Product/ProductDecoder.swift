import M3Tensor

/// Turns codes into vectors by adding centroids that have been rotated back: x̂ = mean + Σ rotationᵀ c.
///
/// Sums are linear, so the rotation costs nothing when vectors are read.
struct ProductDecoder: Sendable {
  private let dimension: Int
  /// (codes) the element at which a code's (K, D) centroids begin in a cell's table.
  private let starts: [Int]
  private let tables: CentroidTables
  /// (cells): (D).
  private let means: [[Float]]
  private let kernels: Kernels

  init(_ codebook: ProductCodebook, kernels: Kernels) {
    let layout = codebook.layout
    dimension = layout.dimension
    self.kernels = kernels
    var starts = [0]
    for code in layout.codes { starts.append(starts.last! + code.centroidCount * layout.dimension) }
    self.starts = starts.dropLast()
    means = codebook.cells.map(\.mean)
    tables = CentroidTables(cellCount: codebook.cells.count, starts: starts, dimension: layout.dimension) {
      for (code, start) in zip(layout.codes, starts) {
        Self.fill($1 + start, with: code, of: codebook.cells[$0], layout, kernels)
      }
    }
  }

  /// (K, D), of one code.
  private static func fill(
    _ rows: UnsafeMutablePointer<Float>, with code: ProductLayout.Code, of cell: ProductCell, _ layout: ProductLayout,
    _ kernels: Kernels
  ) {
    let (dimension, width) = (layout.dimension, code.elements.count)
    cell.centroids.withUnsafeBufferPointer { centroids in
      let first = centroids.baseAddress! + code.centroidStart
      if layout.isRotated {
        let packed = FloatBuffer(uninitializedCount: kernels.padded(dimension) * width)
        cell.rotation.withUnsafeBufferPointer {
          kernels.pack(
            columns: dimension, depth: width, $0.baseAddress! + code.elements.lowerBound * dimension,
            stride: dimension, into: packed.pointer)
        }
        kernels.multiply(
          rows: code.centroidCount, columns: dimension, depth: width, first, stride: width, packed: packed.pointer,
          into: rows, stride: dimension)
      } else {
        rows.update(repeating: 0, count: code.centroidCount * dimension)
        for index in 0..<code.centroidCount {
          (rows + index * dimension + code.elements.lowerBound).update(from: first + index * width, count: width)
        }
      }
    }
  }

  /// - Parameters:
  ///   - codes: (count, codes), within their codebooks.
  ///   - rows: (count, D), filled.
  func decode(_ codes: UnsafePointer<UInt32>, count: Int, cell: Int, into rows: UnsafeMutablePointer<Float>) {
    means[cell].withUnsafeBufferPointer {
      kernels.sumCentroids(
        rows: count, dimension: dimension, codes: codes, tables: tables.centroids(cell), starts: starts,
        scale: tables.steps(cell), mean: $0.baseAddress!, into: rows)
    }
  }
}
