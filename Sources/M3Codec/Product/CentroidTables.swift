import M3Tensor

/// The centroids of all cells, rotated back, as whole numbers of a step that each element has of its own: 16 bits hold their
/// sums, so that adding them is exact.
struct CentroidTables: @unchecked Sendable {
  /// Elements of a cell's centroids.
  private let cellSize: Int
  private let dimension: Int
  /// In one piece that begins where a line of the cache does: one of 32 · n elements takes no line more than it must.
  private let storage: FloatBuffer
  private let elements: UnsafeMutablePointer<Int16>
  private let steps: FloatBuffer

  /// Σ of a table's largest elements at most. Rounding adds half a step for each of at most 64 codes.
  private static let largestSum: Float = 32_700

  /// - Parameter starts: (codes + 1) the element at which a code's centroids begin, and where the last one's end.
  init(cellCount: Int, starts: [Int], dimension: Int, fill: (_ cell: Int, UnsafeMutablePointer<Float>) -> Void) {
    self.dimension = dimension
    cellSize = starts.last!
    let count = cellCount * cellSize
    storage = FloatBuffer(uninitializedCount: (count + 1) / 2)
    elements = UnsafeMutableRawPointer(storage.pointer).bindMemory(to: Int16.self, capacity: max(1, count))
    steps = FloatBuffer(uninitializedCount: cellCount * dimension)
    let values = FloatBuffer(uninitializedCount: cellSize)
    for cell in 0..<cellCount {
      fill(cell, values.pointer)
      round(values.pointer, starts, into: elements + cell * cellSize, steps: steps.pointer + cell * dimension)
    }
  }

  /// (code, K, D).
  func centroids(_ cell: Int) -> UnsafePointer<Int16> { UnsafePointer(elements + cell * cellSize) }

  /// (D) what a one is worth.
  func steps(_ cell: Int) -> UnsafePointer<Float> { UnsafePointer(steps.pointer + cell * dimension) }

  private func round(
    _ values: UnsafePointer<Float>, _ starts: [Int], into elements: UnsafeMutablePointer<Int16>,
    steps: UnsafeMutablePointer<Float>
  ) {
    var largest = [Float](repeating: 0, count: dimension)
    var sums = largest
    for (start, end) in zip(starts, starts.dropFirst()) {
      for element in 0..<dimension { largest[element] = 0 }
      for row in stride(from: start, to: end, by: dimension) {
        for element in 0..<dimension { largest[element] = max(largest[element], values[row + element].magnitude) }
      }
      for element in 0..<dimension { sums[element] += largest[element] }
    }
    for element in 0..<dimension {
      let step = sums[element] / Self.largestSum
      // Where all are zero, or nearly so, any step will do.
      steps[element] = step.isNormal ? step : 1
    }
    for row in stride(from: 0, to: cellSize, by: dimension) {
      for element in 0..<dimension {
        elements[row + element] = Int16((values[row + element] / steps[element]).rounded(.toNearestOrEven))
      }
    }
  }
}
