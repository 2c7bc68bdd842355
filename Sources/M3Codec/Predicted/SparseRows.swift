/// Rows of mostly zeros, a row after another: in memory that its user lends.
struct SparseRows {
  /// (rows + 1) where each row's elements begin, and where the last one's end.
  private(set) var starts: [UInt32] = [0]
  let values: UnsafeMutablePointer<Float>
  /// Column numbers, as the bits of float32 numbers: the memory holds those.
  private let columns: UnsafeMutablePointer<Float>
  private let capacity: Int
  private var count = 0

  /// - Parameter scratch: room for two elements for each that there may be.
  init(_ scratch: UnsafeMutablePointer<Float>, capacity: Int) {
    values = scratch
    columns = scratch + capacity
    self.capacity = capacity
  }

  @inline(__always)
  mutating func append(_ value: Float, at column: Int) {
    values[count] = value
    columns[count] = Float(bitPattern: UInt32(truncatingIfNeeded: column))
    count += 1
  }

  mutating func endRow() { starts.append(UInt32(count)) }

  /// Calls a body with the elements' columns.
  func withColumns(_ body: (UnsafePointer<UInt32>) -> Void) {
    columns.withMemoryRebound(to: UInt32.self, capacity: capacity) { body($0) }
  }
}
