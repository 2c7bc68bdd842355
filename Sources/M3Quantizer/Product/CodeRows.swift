/// Codes of vectors, (rows, codes), that threads read, or write in parts that do not overlap.
final class CodeRows: @unchecked Sendable {
  let count: Int
  let width: Int
  private let codes: UnsafeMutablePointer<UInt32>

  init(count: Int, width: Int) {
    self.count = count
    self.width = width
    codes = .allocate(capacity: max(1, count * width))
    codes.initialize(repeating: 0, count: max(1, count * width))
  }

  deinit { codes.deallocate() }

  subscript(row: Int) -> UnsafeMutablePointer<UInt32> { codes + row * width }
}
