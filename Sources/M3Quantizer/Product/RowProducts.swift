import M3Tensor

/// Σ xᵢ yᵢᵀ over rows.
enum RowProducts {
  /// Rows whose products are added up in single precision, before they are added to the sum in double.
  private static let blockRows = 512

  /// - Returns: (x.width, y.width), row-major.
  static func sum(_ x: Rows, _ y: Rows) -> [Double] {
    precondition(x.count == y.count, "pairs of rows")
    let kernels = Kernels.best
    var sums = [Double](repeating: 0, count: x.width * y.width)
    let transposed = FloatBuffer(uninitializedCount: x.width * blockRows)
    let packed = FloatBuffer(uninitializedCount: kernels.padded(y.width) * blockRows)
    let products = FloatBuffer(uninitializedCount: x.width * y.width)
    for first in stride(from: 0, to: x.count, by: blockRows) {
      let count = min(blockRows, x.count - first)
      for row in 0..<count {
        for element in 0..<x.width { transposed[element * count + row] = x[first + row][element] }
      }
      kernels.pack(columns: y.width, depth: count, y[first], stride: y.width, into: packed.pointer)
      kernels.multiply(
        rows: x.width, columns: y.width, depth: count, transposed.pointer, stride: count, packed: packed.pointer,
        into: products.pointer, stride: y.width)
      for index in sums.indices { sums[index] += Double(products[index]) }
    }
    return sums
  }
}
