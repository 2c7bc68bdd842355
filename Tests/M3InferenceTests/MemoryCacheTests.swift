import M3Inference
import M3Tensor
import M3TestSupport
import M3Transformer
import Synchronization
import Testing

@Suite struct MemoryCacheTests {
  /// Memories whose single key tells them apart, and what was asked of the source.
  private final class Source: MemorySource {
    struct Missing: Error {}

    let asked = Mutex<[[Int]]>([])

    func memories(at indices: [Int]) throws -> [AttentionMemory] {
      asked.withLock { $0.append(indices) }
      return try indices.map { index in
        guard index >= 0 else { throw Missing() }
        return AttentionMemory(
          layerCount: 1, keyValueHeadCount: 1, headDimension: 2, offsets: [0, 1], keys: [Float(index), 0],
          values: [0, 1])
      }
    }

    func text(at index: Int) -> String { "\(index)" }
    func id(at index: Int) -> String { "\(index)" }
  }

  private func keys(_ memories: [AttentionMemory]) -> [Int] { memories.map { Int($0.keys[0]) } }

  @Test func whatIsThereIsNotReadAgain() throws {
    let source = Source()
    let cache = MemoryCache(byteLimit: 1 << 10)
    #expect(keys(try cache.memories(at: [3, 1, 2], from: source)) == [3, 1, 2])
    #expect(keys(try cache.memories(at: [1, 4, 3], from: source)) == [1, 4, 3])
    #expect(source.asked.withLock { $0 } == [[3, 1, 2], [4]])
    #expect(cache.statistics.requests == 6)
    #expect(cache.statistics.hits == 2)
    #expect(cache.statistics.hitRate == 2.0 / 6)
  }

  @Test func oneAskedTwiceIsReadOnce() throws {
    let source = Source()
    let cache = MemoryCache(byteLimit: 1 << 10)
    #expect(keys(try cache.memories(at: [5, 5], from: source)) == [5, 5])
    #expect(source.asked.withLock { $0 } == [[5]])
  }

  /// A memory is 16 bytes: three fit.
  @Test func theOneUnusedForLongestGoes() throws {
    let source = Source()
    let cache = MemoryCache(byteLimit: 48)
    for index in [1, 2, 3, 1, 4, 2] { _ = try cache.memories(at: [index], from: source) }
    // 4 replaced 2, the second 2 replaced 3.
    #expect(source.asked.withLock { $0 } == [[1], [2], [3], [4], [2]])
    #expect(cache.byteCount == 48)
    _ = try cache.memories(at: [1, 4, 2], from: source)
    #expect(source.asked.withLock { $0.count } == 5)
  }

  @Test func aCacheWithoutRoomStillGives() throws {
    let source = Source()
    let cache = MemoryCache(byteLimit: 8)
    #expect(keys(try cache.memories(at: [7, 8], from: source)) == [7, 8])
    #expect(cache.byteCount == 0)
    #expect(cache.statistics.hitRate == 0)
  }

  @Test func errorsOfTheSourceComeThrough() throws {
    let cache = MemoryCache(byteLimit: 1 << 10)
    #expect(throws: Source.Missing.self) { try cache.memories(at: [1, -1], from: Source()) }
    #expect(cache.byteCount == 0)
    #expect(MemoryCache(byteLimit: 0).statistics.hitRate == nil)
  }
}
