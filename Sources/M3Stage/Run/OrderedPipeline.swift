import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Maps a stream of items on several threads and takes the results in the order of the items.
///
/// At most `2 · workers` items are under way, so memory does not grow with the stream. Nothing that a caller sees
/// depends on the number of workers.
public enum OrderedPipeline {
  /// - Parameters:
  ///   - workers: threads, at least 1.
  ///   - next: gives the items one after another; never called by two threads at once.
  ///   - worker: makes a thread's own state: scratch memory, a forward pass.
  ///   - transform: maps an item on any thread.
  ///   - consume: takes the results in order; never called by two threads at once.
  /// - Throws: the first error in the order of the items.
  public static func run<Item, Worker, Result>(
    workers: Int,
    next: () throws -> Item?,
    worker: @escaping @Sendable () -> Worker,
    transform: @escaping @Sendable (Worker, Item) throws -> Result,
    consume: (Result) throws -> Void
  ) throws {
    precondition(workers >= 1, "nobody to do the work")
    try withoutActuallyEscaping(next) { next in
      try withoutActuallyEscaping(consume) { consume in
        let queue = OrderedQueue<Item, Result>(limit: 2 * workers, next: next, consume: consume)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
          let state = worker()
          while let (index, item) = queue.take() {
            queue.put(index, Swift.Result { try transform(state, item) })
          }
        }
        try queue.finish()
      }
    }
  }
}

/// The meeting place of the threads: hands out items in order, takes results in any order and passes them on in order.
private final class OrderedQueue<Item, Output>: @unchecked Sendable {
  private let limit: Int
  private let next: () throws -> Item?
  private let consume: (Output) throws -> Void
  private var mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var taken = 0
  private var consumed = 0
  private var isConsuming = false
  private var hasEnded = false
  private var results: [Int: Swift.Result<Output, any Error>] = [:]
  private var failure: (any Error)?

  init(limit: Int, next: @escaping () throws -> Item?, consume: @escaping (Output) throws -> Void) {
    self.limit = limit
    self.next = next
    self.consume = consume
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(condition)
    mutex.deallocate()
    condition.deallocate()
  }

  /// The next item, or nil when there is none or something failed.
  func take() -> (index: Int, item: Item)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while taken - consumed >= limit && failure == nil { pthread_cond_wait(condition, mutex) }
    guard failure == nil, !hasEnded else { return nil }
    do {
      guard let item = try next() else {
        hasEnded = true
        return nil
      }
      defer { taken += 1 }
      return (taken, item)
    } catch {
      // Results of earlier items are still passed on before the error is thrown.
      results[taken] = .failure(error)
      taken += 1
      hasEnded = true
      return nil
    }
  }

  /// Stores a result; the thread that completes the next one in order passes on all that are ready.
  func put(_ index: Int, _ result: Swift.Result<Output, any Error>) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    results[index] = result
    drain()
  }

  /// Passes on what is left and throws what failed.
  func finish() throws {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    drain()
    if let failure { throw failure }
  }

  private func drain() {
    guard !isConsuming else { return }
    isConsuming = true
    while failure == nil, let result = results.removeValue(forKey: consumed) {
      // The lock is open while results are written, so that other threads go on.
      pthread_mutex_unlock(mutex)
      let outcome = Swift.Result { try consume(result.get()) }
      pthread_mutex_lock(mutex)
      if case .failure(let error) = outcome { failure = error }
      consumed += 1
      pthread_cond_broadcast(condition)
    }
    isConsuming = false
    if failure != nil { pthread_cond_broadcast(condition) }
  }
}
