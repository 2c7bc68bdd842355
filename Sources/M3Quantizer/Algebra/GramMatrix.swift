import M3Parallel
package import M3Tensor

/// Σ h hᵀ over vectors h, added in batches.
///
/// A batch's products are float32; batches add up in double, in the order in which they come. The matrix is symmetric and
/// kept as the tiles on and above its diagonal: 4 · order² bytes and some more. A batch needs 4 · order · length beside.
package final class GramMatrix {
  /// Rows and columns of a tile: whole panels of any kernels, and two tiles' operands fit a second-level cache.
  private static let tileSize = 256

  package let order: Int
  /// Vectors added.
  package private(set) var count = 0
  private let kernels: Kernels
  /// Row and column of each tile, the row at most the column.
  private let tiles: [(row: Int, column: Int)]
  /// (tiles, tileSize, tileSize).
  private let sums: UnsafeMutableBufferPointer<Double>
  private var packed = FloatBuffer(count: 0)

  package init(order: Int, kernels: Kernels = .best) {
    precondition(Self.tileSize.isMultiple(of: kernels.panelWidth), "a tile of broken panels")
    self.order = order
    self.kernels = kernels
    let side = (order + Self.tileSize - 1) / Self.tileSize
    // Column by column: the packed operand of a column stays in the cache.
    tiles = (0..<side).flatMap { column in (0...column).map { (row: $0, column: column) } }
    sums = .allocate(capacity: tiles.count * Self.tileSize * Self.tileSize)
    sums.initialize(repeating: 0)
  }

  deinit { sums.deallocate() }

  /// Adds a batch.
  /// - Parameter columns: (order, count), a row every `stride`: each column is a vector.
  package func add(columns: UnsafePointer<Float>, count: Int, stride: Int, workers: Int) {
    guard count > 0 else { return }
    let size = Self.tileSize
    let side = (order + size - 1) / size
    FloatBuffer.grow(&packed, to: kernels.padded(order) * count)
    let (packed, order, kernels, sums, tiles) = (packed, order, kernels, sums, tiles)
    ParallelLoop.run(side, workers: workers) { column in
      kernels.packTransposed(
        columns: min(size, order - column * size), depth: count, columns + column * size * stride, stride: stride,
        into: packed.pointer + column * size * count)
    }
    ParallelLoop.run(tiles.count, workers: workers) { index in
      let (row, column) = tiles[index]
      let (height, width) = (min(size, order - row * size), min(size, order - column * size))
      withUnsafeTemporaryAllocation(of: Float.self, capacity: height * width) { products in
        let products = products.baseAddress!
        kernels.multiply(
          rows: height, columns: width, depth: count, columns + row * size * stride, stride: stride,
          packed: packed.pointer + column * size * count, into: products, stride: width)
        let tile = sums.baseAddress! + index * size * size
        for line in 0..<height {
          let (from, to) = (products + line * width, tile + line * size)
          for element in 0..<width { to[element] += Double(from[element]) }
        }
      }
    }
    self.count += count
  }

  /// The mean of h hᵀ, of these rows and columns.
  package func mean(rows: Range<Int>, columns: Range<Int>) -> Matrix {
    precondition(rows.upperBound <= order && columns.upperBound <= order, "outside of the matrix")
    let scale = 1 / Double(max(1, count))
    var result = Matrix(rows: rows.count, columns: columns.count)
    for row in rows {
      for column in columns {
        result[row - rows.lowerBound, column - columns.lowerBound] = sum(row, column) * scale
      }
    }
    return result
  }

  private func sum(_ row: Int, _ column: Int) -> Double {
    let size = Self.tileSize
    let (row, column) = row / size <= column / size ? (row, column) : (column, row)
    // Tiles of the columns before, and of this one.
    let tile = (column / size) * (column / size + 1) / 2 + row / size
    return sums[(tile * size + row % size) * size + column % size]
  }
}
