import M3Tensor
public import M3Transformer
import Synchronization

/// Decoded memories, bounded by their bytes; those not used for longest are let go. Neighbouring chunks often retrieve
/// the same ones (paper, section 3.2).
public final class MemoryCache: Sendable {
  /// What the cache was asked for.
  public struct Statistics: Sendable, Equatable {
    /// Memories that were read by a sequence.
    public var requests = 0
    /// Those of them that were there already, read ahead or earlier.
    public var hits = 0
    /// Memories that were read ahead.
    public var prefetched = 0

    /// The part of the requests that needed no reading; nil where nothing was asked for.
    public var hitRate: Double? { requests == 0 ? nil : Double(hits) / Double(requests) }
  }

  private struct Entry {
    var memory: AttentionMemory
    var byteCount: Int
    var lastUse: UInt64
  }

  private struct State {
    var entries: [Int: Entry] = [:]
    var byteCount = 0
    var clock: UInt64 = 0
    var statistics = Statistics()
  }

  public let byteLimit: Int
  private let state = Mutex(State())

  /// - Parameter byteLimit: of what is kept; a memory larger than that is given and not kept.
  public init(byteLimit: Int) {
    self.byteLimit = byteLimit
  }

  public var statistics: Statistics { state.withLock { $0.statistics } }

  /// Bytes of key-values held.
  public var byteCount: Int { state.withLock { $0.byteCount } }

  /// Memories by their place, from the cache or the source.
  /// - Throws: what the source throws.
  public func memories(at indices: [Int], from source: any MemorySource) throws -> [AttentionMemory] {
    try take(indices, from: source) { statistics, missing in
      statistics.requests += indices.count
      statistics.hits += indices.count - missing
    }
  }

  /// Has the source read what is not there.
  /// - Throws: what the source throws.
  func prefetch(_ indices: [Int], from source: any MemorySource) throws {
    _ = try take(indices, from: source) { statistics, missing in statistics.prefetched += missing }
  }

  private func take(
    _ indices: [Int], from source: any MemorySource, count: (inout Statistics, _ missing: Int) -> Void
  ) throws -> [AttentionMemory] {
    var found: [Int: AttentionMemory] = [:]
    var missing: [Int] = []
    state.withLock { state in
      state.clock += 1
      for index in indices where found[index] == nil && !missing.contains(index) {
        if let memory = state.entries[index]?.memory {
          state.entries[index]!.lastUse = state.clock
          found[index] = memory
        } else {
          missing.append(index)
        }
      }
      count(&state.statistics, missing.count)
    }
    // Reading happens outside of the lock: two threads may read the same memory at once, and both get it.
    let read = missing.isEmpty ? [] : try source.memories(at: missing)
    for (index, memory) in zip(missing, read) { found[index] = memory }
    state.withLock { state in
      for (index, memory) in zip(missing, read) { keep(memory, at: index, in: &state) }
    }
    return indices.map { found[$0]! }
  }

  private func keep(_ memory: AttentionMemory, at index: Int, in state: inout State) {
    let byteCount = 4 * (memory.keys.count + memory.values.count)
    guard byteCount <= byteLimit, state.entries[index] == nil else { return }
    while state.byteCount + byteCount > byteLimit {
      // Of those unused for equally long, the smallest index: the cache's content is the same every time.
      let oldest = state.entries.min { ($0.value.lastUse, $0.key) < ($1.value.lastUse, $1.key) }!
      state.byteCount -= oldest.value.byteCount
      state.entries[oldest.key] = nil
    }
    state.entries[index] = Entry(memory: memory, byteCount: byteCount, lastUse: state.clock)
    state.byteCount += byteCount
  }
}
