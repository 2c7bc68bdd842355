package import M3Tensor
import Synchronization

/// Recycles the buffers of memories that nobody holds any more: a fresh one costs a page fault every 4 KiB, which is more
/// than decoding into it.
///
/// The pool holds every buffer that it gives out, and gives it out again when it alone does. From any thread.
package final class FloatBufferPool: Sendable {
  fileprivate struct State {
    var buffers: [FloatBuffer] = []
    var elementCount = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter byteLimit: of all buffers that the pool holds, in use or not; beyond it, buffers are not recycled.
  package init(byteLimit: Int) {
    limit = byteLimit / MemoryLayout<Float>.stride
  }

  /// A buffer of at least `count` elements, whatever they are.
  package func buffer(count: Int) -> FloatBuffer {
    let size = Self.size(count)
    return state.withLock { state in
      for index in state.buffers.indices where state.buffers[index].count == size {
        if isKnownUniquelyReferenced(&state.buffers[index]) { return state.buffers[index] }
      }
      let buffer = FloatBuffer(uninitializedCount: size)
      if state.elementCount + size > limit { state.removeUnused() }
      if state.elementCount + size <= limit {
        state.buffers.append(buffer)
        state.elementCount += size
      }
      return buffer
    }
  }

  /// Memories of a bank differ by a few rows: sizes are rounded up to quarters of powers of two, so that they meet.
  private static func size(_ count: Int) -> Int {
    let step = max(1024, (1 << (Int.bitWidth - max(1, count).leadingZeroBitCount)) / 8)
    return (count + step - 1) / step * step
  }
}

extension FloatBufferPool.State {
  fileprivate mutating func removeUnused() {
    for index in buffers.indices.reversed() where isKnownUniquelyReferenced(&buffers[index]) {
      elementCount -= buffers[index].count
      buffers.swapAt(index, buffers.count - 1)
      buffers.removeLast()
    }
  }
}
