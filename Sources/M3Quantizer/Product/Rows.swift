import M3Tensor

/// A matrix of rows that threads read, or write in parts that do not overlap.
struct Rows: @unchecked Sendable {
  let count: Int
  /// Elements of a row.
  let width: Int
  let buffer: FloatBuffer

  init(count: Int, width: Int) {
    self.count = count
    self.width = width
    buffer = FloatBuffer(uninitializedCount: count * width)
  }

  /// - Parameter elements: (count, width).
  init(_ elements: [Float], width: Int) {
    precondition(elements.count % width == 0, "whole rows")
    count = elements.count / width
    self.width = width
    buffer = FloatBuffer(elements)
  }

  var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

  subscript(row: Int) -> UnsafeMutablePointer<Float> { buffer.pointer + row * width }

  func copy() -> Rows {
    let copy = Rows(count: count, width: width)
    copy.pointer.update(from: pointer, count: count * width)
    return copy
  }

  /// At most so many rows, evenly spread.
  func spread(_ most: Int) -> Rows {
    guard count > most else { return self }
    let result = Rows(count: most, width: width)
    for place in 0..<most { result[place].update(from: self[place * count / most], count: width) }
    return result
  }

  /// Mean of all rows; zeros where there are none.
  func mean() -> [Float] {
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<count {
      for element in 0..<width { sums[element] += Double(self[row][element]) }
    }
    return sums.map { Float($0 / Double(max(1, count))) }
  }
}
