import M3Tensor

/// Elements in memory that grows and is used again for each text.
struct ScratchBuffer<Element: BitwiseCopyable>: ~Copyable {
  private(set) var start: UnsafeMutablePointer<Element>
  private var capacity: Int
  /// Elements that are in use.
  var count = 0

  init() {
    capacity = 1 << 10
    start = .allocate(capacity: capacity)
  }

  deinit { start.deallocate() }

  var elements: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: start, count: count) }

  /// Makes room for so many elements more, and for what kernels write behind them.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    guard count + more + WordBuffer.slack > capacity else { return }
    grow(to: 2 * (count + more) + WordBuffer.slack)
  }

  /// Makes room for so many elements and no more, where that is what is needed at most or nearly so.
  mutating func reserve(exactly total: Int) {
    guard total + WordBuffer.slack > capacity else { return }
    grow(to: total + WordBuffer.slack)
  }

  /// Gives memory of more than so many bytes back, with the elements.
  mutating func release(above limit: Int) {
    guard capacity * MemoryLayout<Element>.stride > limit else { return }
    count = 0
    grow(to: 1 << 10)
  }

  private mutating func grow(to size: Int) {
    capacity = size
    let grown = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    grown.update(from: start, count: count)
    start.deallocate()
    start = grown
  }

  @inline(__always)
  mutating func append(_ elements: some Collection<Element>) {
    reserve(elements.count)
    for element in elements {
      start[count] = element
      count += 1
    }
  }
}
