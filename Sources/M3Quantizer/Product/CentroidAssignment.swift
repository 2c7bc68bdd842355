import M3Codec

/// The nearest of the centroids of one run of elements.
struct CentroidAssignment: Sendable {
  let width: Int
  private let centroids: [Float]
  private let encoder: ProductEncoder

  /// - Parameter centroids: (count, width).
  init(_ centroids: [Float], count: Int, width: Int) {
    self.width = width
    self.centroids = centroids
    let layout = ProductLayout(
      dimension: width, isRotated: false, stages: [.init(subspaceCount: 1, centroidCount: count)])
    encoder = ProductEncoder(
      layout, ProductCell(mean: Array(repeating: 0, count: width), rotation: [], centroids: centroids), beam: 1)
  }

  /// - Parameter codes: (range.count), filled.
  func nearest(
    _ rows: Rows, _ range: Range<Int>, elements: Range<Int>, into codes: UnsafeMutablePointer<UInt32>
  ) {
    let block = Rows(count: range.count, width: width)
    for (place, row) in range.enumerated() {
      block[place].update(from: rows[row] + elements.lowerBound, count: width)
    }
    encoder.encode(block.pointer, count: range.count, into: codes)
  }

  /// Subtracts from each row the centroid that is nearest to it.
  func subtractNearest(_ rows: Rows, _ range: Range<Int>, elements: Range<Int>) {
    let codes = CodeRows(count: range.count, width: 1)
    nearest(rows, range, elements: elements, into: codes[0])
    for (place, row) in range.enumerated() {
      let first = Int(codes[place][0]) * width
      let target = rows[row] + elements.lowerBound
      for element in 0..<width { target[element] -= centroids[first + element] }
    }
  }
}
