import M3Tensor

/// The centroids of one code, laid out for finding the nearest: of x · c − |c|² / 2 the largest.
struct CentroidSearch: Sendable {
  let count: Int
  let width: Int
  /// (K, width).
  let centroids: FloatBuffer
  private let packed: FloatBuffer
  /// (K) −|c|² / 2.
  let biases: FloatBuffer

  /// Centroids whose products are made at once.
  static let blockColumns = 1024

  /// - Parameter centroids: (count, width).
  init(_ centroids: UnsafePointer<Float>, count: Int, width: Int, kernels: Kernels) {
    self.count = count
    self.width = width
    self.centroids = FloatBuffer(Array(UnsafeBufferPointer(start: centroids, count: count * width)))
    packed = FloatBuffer(uninitializedCount: kernels.padded(count) * width)
    kernels.packTransposed(columns: count, depth: width, centroids, stride: width, into: packed.pointer)
    biases = FloatBuffer(uninitializedCount: count)
    for index in 0..<count {
      var power: Float = 0
      for element in 0..<width {
        let value = centroids[index * width + element]
        power += value * value
      }
      biases[index] = -power / 2
    }
  }

  /// - Parameters:
  ///   - x: (rows, width), a row every `stride`.
  ///   - scores: scratch of rows · ``blockColumns``.
  ///   - best: scratch (rows).
  ///   - indices: (rows), filled; of equally near centroids the first.
  func nearest(
    rows: Int, _ x: UnsafePointer<Float>, stride: Int, scores: UnsafeMutablePointer<Float>,
    best: UnsafeMutablePointer<Float>, into indices: UnsafeMutablePointer<UInt32>, kernels: Kernels
  ) {
    best.update(repeating: -.infinity, count: rows)
    indices.update(repeating: 0, count: rows)
    for first in Swift.stride(from: 0, to: count, by: Self.blockColumns) {
      let columns = products(rows: rows, x, stride: stride, first: first, into: scores, kernels: kernels)
      kernels.largestSum(
        rows: rows, count: columns, scores, stride: columns, bias: biases.pointer + first, first: first, best: best,
        indices: indices)
    }
  }

  /// Inner products of rows with a block of centroids.
  /// - Returns: how many centroids the block has; that is the stride of `scores` too.
  func products(
    rows: Int, _ x: UnsafePointer<Float>, stride: Int, first: Int, into scores: UnsafeMutablePointer<Float>,
    kernels: Kernels
  ) -> Int {
    let columns = min(Self.blockColumns, count - first)
    kernels.multiply(
      rows: rows, columns: columns, depth: width, x, stride: stride, packed: packed.pointer + first * width,
      into: scores, stride: columns)
    return columns
  }

  func subtract(_ index: Int, from x: UnsafeMutablePointer<Float>) {
    let centroid = centroids.pointer + index * width
    for element in 0..<width { x[element] -= centroid[element] }
  }
}
