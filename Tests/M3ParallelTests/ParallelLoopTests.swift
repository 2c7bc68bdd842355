import M3Parallel
import Synchronization
import Testing

@Suite("Loops shared out to threads")
struct ParallelLoopTests {
  private struct Odd: Error, Equatable { let index: Int }

  @Test("every index is visited once", arguments: [0, 1, 7, 1000], [1, 2, 7, Int.max])
  func everyIndex(count: Int, workers: Int) {
    let visits = Mutex([Int](repeating: 0, count: count))
    ParallelLoop.run(count, workers: workers) { index in visits.withLock { $0[index] += 1 } }
    #expect(visits.withLock { $0 } == [Int](repeating: 1, count: count))
  }

  @Test("results stand in the order of the indices", arguments: [1, 3])
  func order(workers: Int) {
    #expect(ParallelLoop.map(500, workers: workers) { $0 * $0 } == (0..<500).map { $0 * $0 })
  }

  @Test("the first index's error is the one that is thrown, of its own type", arguments: [1, 3])
  func firstError(workers: Int) {
    #expect(throws: Odd(index: 1)) {
      _ = try ParallelLoop.map(100, workers: workers) { index throws(Odd) in
        guard index.isMultiple(of: 2) else { throw Odd(index: index) }
        return index
      }
    }
  }

  @Test("a pair gives both results, or the first one's error")
  func pair() throws {
    let (number, text) = try ParallelLoop.pair({ 3 }, { "three" })
    #expect(number == 3 && text == "three")
    #expect(throws: Odd(index: 1)) {
      _ = try ParallelLoop.pair(
        { () throws -> Int in throw Odd(index: 1) }, { () throws -> Int in throw Odd(index: 2) })
    }
    #expect(throws: Odd(index: 2)) { _ = try ParallelLoop.pair({ 1 }, { () throws -> Int in throw Odd(index: 2) }) }
  }
}
