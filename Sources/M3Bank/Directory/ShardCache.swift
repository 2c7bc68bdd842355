import Synchronization

/// Open shards, at most so many at a time; the one that was not used for longest is let go.
///
/// A shard that a caller still reads stays open until that is done, so the bound holds for what is kept.
final class ShardCache: Sendable {
  fileprivate struct State {
    var readers: [UInt32: (reader: ShardReader, lastUse: UInt64)] = [:]
    var clock: UInt64 = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Precondition: the limit is at least 1.
  init(limit: Int) {
    precondition(limit >= 1, "a cache of no shard")
    self.limit = limit
  }

  var count: Int { state.withLock { $0.readers.count } }

  /// The open shard of this number. Opening happens outside of the lock: two threads may open the
  /// same shard at once, and then share one of the two.
  func reader(_ number: UInt32, open: () throws -> ShardReader) throws -> ShardReader {
    if let reader = state.withLock({ $0.use(number) }) { return reader }
    let opened = try open()
    return state.withLock { state in
      if let reader = state.use(number) { return reader }
      if state.readers.count >= limit, let oldest = state.readers.min(by: { $0.value.lastUse < $1.value.lastUse }) {
        state.readers[oldest.key] = nil
      }
      state.readers[number] = (opened, state.clock)
      return opened
    }
  }
}

extension ShardCache.State {
  fileprivate mutating func use(_ number: UInt32) -> ShardReader? {
    clock += 1
    guard let reader = readers[number]?.reader else { return nil }
    readers[number] = (reader, clock)
    return reader
  }
}
