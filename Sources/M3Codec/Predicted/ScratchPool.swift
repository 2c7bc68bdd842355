import M3Tensor
import Synchronization

/// Buffers that calls use one after another: a memory's components are too many to allocate them each time.
final class ScratchPool: Sendable {
  private let free = Mutex<[FloatBuffer]>([])

  /// Calls a body with a buffer of at least so many elements that nobody else uses.
  func with<Value, Failure: Error>(
    count: Int, _ body: (FloatBuffer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    var buffer = free.withLock { $0.popLast() } ?? FloatBuffer(uninitializedCount: count)
    FloatBuffer.grow(&buffer, to: count)
    defer { free.withLock { [buffer] in $0.append(buffer) } }
    return try body(buffer)
  }
}
