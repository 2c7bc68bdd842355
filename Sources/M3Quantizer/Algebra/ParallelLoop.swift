import Dispatch
import Synchronization

/// A loop whose iterations write to places that do not overlap, shared out to threads.
///
/// Which thread takes which iteration is left to chance: a body must not depend on it.
package enum ParallelLoop {
  package static func run(_ count: Int, workers: Int, _ body: (Int) -> Void) {
    guard workers > 1, count > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let work = SharedBody(body: body)
      let next = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: min(workers, count)) { _ in
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < count else { return }
          work.body(index)
        }
      }
    }
  }

  /// What `body` gives for each index, in the order of the indices.
  /// - Throws: the first error in that order.
  package static func map<Value: Sendable>(
    _ count: Int, workers: Int, _ body: (Int) throws -> Value
  ) throws -> [Value] {
    let results = Mutex([Result<Value, any Error>?](repeating: nil, count: count))
    run(count, workers: workers) { index in
      let result = Result { try body(index) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.map { try $0!.get() }
  }
}

/// Called by several threads at once, for different indices, until the loop returns.
private struct SharedBody: @unchecked Sendable {
  let body: (Int) -> Void
}
