import M3Bytes
import M3Tensor

/// Turns codes into vectors by adding centroids that have been rotated back: x̂ = mean + Σ rotationᵀ c.
///
/// Sums are linear, so the rotation costs nothing when vectors are read. Tables are half precision, as the centroids are.
struct ProductDecoder: Sendable {
  private let dimension: Int
  /// (codes) the element at which a code's (K, D) centroids begin in a cell's table.
  private let starts: [Int]
  /// (cells): (code, K, D), half precision.
  private let tables: [[UInt16]]
  /// (cells): (D).
  private let means: [[Float]]
  private let kernels: Kernels

  /// - Throws: ``FormatError`` where a rotated centroid is beyond half precision.
  init(_ codebook: ProductCodebook, kernels: Kernels) throws(FormatError) {
    let layout = codebook.layout
    dimension = layout.dimension
    self.kernels = kernels
    var start = 0
    starts = layout.codes.map { code in
      defer { start += code.centroidCount * layout.dimension }
      return start
    }
    means = codebook.cells.map(\.mean)
    var tables: [[UInt16]] = []
    for (index, cell) in codebook.cells.enumerated() {
      let table = Self.table(cell, layout, starts: starts, count: start, kernels)
      guard table.allSatisfy({ $0 & 0x7c00 != 0x7c00 }) else {
        throw FormatError(
          .outOfRange(found: "a rotated centroid of cell \(index)", allowed: "half precision"), field: "centroids")
      }
      tables.append(table)
    }
    self.tables = tables
  }

  private static func table(
    _ cell: ProductCell, _ layout: ProductLayout, starts: [Int], count: Int, _ kernels: Kernels
  ) -> [UInt16] {
    let dimension = layout.dimension
    var table = [UInt16](repeating: 0, count: count)
    let rows = FloatBuffer(count: layout.codes.map(\.centroidCount).max()! * dimension)
    for (code, start) in zip(layout.codes, starts) {
      let width = code.elements.count
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
            into: rows.pointer, stride: dimension)
        } else {
          rows.pointer.update(repeating: 0, count: code.centroidCount * dimension)
          for index in 0..<code.centroidCount {
            (rows.pointer + index * dimension + code.elements.lowerBound).update(
              from: first + index * width, count: width)
          }
        }
      }
      table.withUnsafeMutableBufferPointer {
        kernels.half(count: code.centroidCount * dimension, from: rows.pointer, into: $0.baseAddress! + start)
      }
    }
    return table
  }

  /// - Parameters:
  ///   - codes: (count, codes), within their codebooks.
  ///   - rows: (count, D), filled.
  func decode(_ codes: UnsafePointer<UInt32>, count: Int, cell: Int, into rows: UnsafeMutablePointer<Float>) {
    tables[cell].withUnsafeBufferPointer { table in
      means[cell].withUnsafeBufferPointer {
        kernels.sumCentroids(
          rows: count, dimension: dimension, codes: codes, tables: table.baseAddress!, starts: starts,
          mean: $0.baseAddress!, into: rows)
      }
    }
  }
}
