extension DesignMatrix {
  /// Rows whose columns fit into a second-level cache together.
  private static let blockRows = 256

  /// Xᵀ·diag(w)·X: (width, width), row-major, the lower triangle.
  package func weightedGram(_ weights: [Double]) -> [Double] {
    precondition(weights.count == count, "a weight an example")
    var weights = weights
    weights.append(contentsOf: repeatElement(0, count: stride - count))
    var gram = [Double](repeating: 0, count: paddedWidth * paddedWidth)
    var weighted = [Double](repeating: 0, count: paddedWidth * Self.blockRows)
    values.withUnsafeBufferPointer { values in
      weighted.withUnsafeMutableBufferPointer { weighted in
        gram.withUnsafeMutableBufferPointer { gram in
          for start in Swift.stride(from: 0, to: stride, by: Self.blockRows) {
            let rows = min(Self.blockRows, stride - start)
            for column in 0..<width {
              for row in 0..<rows {
                weighted[column * Self.blockRows + row] = weights[start + row] * values[column * stride + start + row]
              }
            }
            addBlock(values.baseAddress! + start, weighted.baseAddress!, rows: rows, to: gram.baseAddress!)
          }
        }
      }
    }
    return (0..<width).flatMap { gram[$0 * paddedWidth..<$0 * paddedWidth + width] }
  }

  /// Adds the products of four weighted columns with two plain ones at a time, for all of the lower triangle.
  private func addBlock(
    _ values: UnsafePointer<Double>, _ weighted: UnsafePointer<Double>, rows: Int,
    to gram: UnsafeMutablePointer<Double>
  ) {
    typealias Pair = SIMD2<Double>
    func pair(_ column: UnsafePointer<Double>, _ row: Int) -> Pair {
      UnsafeRawPointer(column + row).loadUnaligned(as: Pair.self)
    }
    for first in Swift.stride(from: 0, to: paddedWidth, by: 4) {
      let left = (0..<4).map { weighted + (first + $0) * Self.blockRows }
      let (left0, left1, left2, left3) = (left[0], left[1], left[2], left[3])
      for second in Swift.stride(from: 0, to: first + 4, by: 2) {
        let (right0, right1) = (values + second * stride, values + (second + 1) * stride)
        var (sum00, sum01, sum10, sum11) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
        var (sum20, sum21, sum30, sum31) = (Pair.zero, Pair.zero, Pair.zero, Pair.zero)
        for row in Swift.stride(from: 0, to: rows, by: 2) {
          let (x, y) = (pair(right0, row), pair(right1, row))
          let (a, b, c, d) = (pair(left0, row), pair(left1, row), pair(left2, row), pair(left3, row))
          sum00 += a * x
          sum01 += a * y
          sum10 += b * x
          sum11 += b * y
          sum20 += c * x
          sum21 += c * y
          sum30 += d * x
          sum31 += d * y
        }
        for (place, sums) in [(sum00, sum01), (sum10, sum11), (sum20, sum21), (sum30, sum31)].enumerated() {
          gram[(first + place) * paddedWidth + second] += sums.0.sum()
          gram[(first + place) * paddedWidth + second + 1] += sums.1.sum()
        }
      }
    }
  }
}
