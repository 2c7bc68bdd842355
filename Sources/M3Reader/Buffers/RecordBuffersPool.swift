import M3Bank
import Synchronization

/// Reading buffers, one set for each thread that reads at the same time.
final class RecordBuffersPool: Sendable {
  /// A set in the pool is in no thread's hands.
  private struct Idle: @unchecked Sendable {
    let buffers: RecordBuffers
  }

  private let idle = Mutex<[Idle]>([])

  /// Lends a set to `body`.
  /// - Throws: what `body` throws.
  func withBuffers<Result>(_ body: (RecordBuffers) throws -> Result) rethrows -> Result {
    let lent = idle.withLock { $0.popLast() } ?? Idle(buffers: RecordBuffers())
    defer { idle.withLock { $0.append(lent) } }
    return try body(lent.buffers)
  }
}
