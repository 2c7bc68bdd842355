import Dispatch
import Synchronization

/// A loop whose iterations write to places that do not overlap, shared out to threads.
///
/// Which thread takes which iteration is left to chance: a body must not depend on it.
public enum ParallelLoop {
  /// Calls `body` once for each index in 0 ..< `count`.
  /// - Parameter workers: threads at most; by default as many as the machine has cores.
  public static func run(_ count: Int, workers: Int = .max, _ body: (Int) -> Void) {
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
  public static func map<Value: Sendable, Failure: Error>(
    _ count: Int, workers: Int = .max, _ body: (Int) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let results = Mutex([Result<Value, Failure>?](repeating: nil, count: count))
    run(count, workers: workers) { index in
      let result: Result<Value, Failure>
      do throws(Failure) { result = .success(try body(index)) } catch { result = .failure(error) }
      results.withLock { $0[index] = result }
    }
    var values: [Value] = []
    values.reserveCapacity(count)
    for result in results.withLock({ $0 }) { values.append(try result!.get()) }
    return values
  }

  /// What two pieces of work give, done beside each other.
  /// - Throws: the first one's error, else the second one's.
  public static func pair<First: Sendable, Second: Sendable>(
    _ first: () throws -> First, _ second: () throws -> Second
  ) throws -> (First, Second) {
    let firstResult = Mutex<Result<First, any Error>?>(nil)
    let secondResult = Mutex<Result<Second, any Error>?>(nil)
    run(2) { index in
      if index == 0 {
        let result = Result { try first() }
        firstResult.withLock { $0 = result }
      } else {
        let result = Result { try second() }
        secondResult.withLock { $0 = result }
      }
    }
    return (try firstResult.withLock { $0 }!.get(), try secondResult.withLock { $0 }!.get())
  }
}

/// Called by several threads at once, for different indices, until the loop returns.
private struct SharedBody: @unchecked Sendable {
  let body: (Int) -> Void
}
