import Dispatch
import Synchronization

/// Retrieval beside the computation of tokens, one query at a time.
final class BackgroundRetrieval {
  typealias Found = (query: String, hits: [ReferenceHit])

  /// A result that another thread will have.
  private final class Promise: Sendable {
    private let result = Mutex<Result<[ReferenceHit], any Error>?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    func run(_ work: () throws -> [ReferenceHit]) {
      let found = Result { try work() }
      result.withLock { $0 = found }
      isDone.signal()
    }

    func wait() throws -> [ReferenceHit] {
      isDone.wait()
      return try result.withLock { try $0!.get() }
    }
  }

  private let queue = DispatchQueue(label: "m3.retrieval")
  private var pending: (query: String, promise: Promise)?

  /// Begins a query; ``take()`` gives what it finds.
  func start(_ query: String, _ work: @escaping @Sendable () throws -> [ReferenceHit]) {
    let promise = Promise()
    pending = (query, promise)
    queue.async { promise.run(work) }
  }

  /// Reads ahead. An error shows if the memories are really read, and otherwise never: nobody asked for them.
  func prefetch(_ work: @escaping @Sendable () throws -> Void) {
    queue.async { try? work() }
  }

  /// What the query that was begun finds, once; nil where none was. Waits for it.
  func take() throws -> Found? {
    guard let (query, promise) = pending else { return nil }
    pending = nil
    return (query, try promise.wait())
  }

  /// Forgets the query that was begun, and waits until nothing is under way.
  func cancel() {
    pending = nil
    queue.sync {}
  }
}
