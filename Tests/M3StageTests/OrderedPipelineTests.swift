import Glibc
import M3Stage
import M3TestSupport
import Synchronization
import Testing

@Suite struct OrderedPipelineTests {
  struct Failure: Error, Equatable {
    var place: String
    var item: Int
  }

  /// What a run gave: the results that were taken, and what it threw.
  struct Outcome: Equatable {
    var consumed: [Int] = []
    var failure: Failure?
  }

  @Test(arguments: 1...8, [0, 1, 2, 17, 1000])
  func resultsComeInTheOrderOfTheItems(workers: Int, count: Int) {
    let outcome = run(workers: workers, count: count)
    #expect(outcome == Outcome(consumed: (0..<count).map { $0 * $0 }))
  }

  @Test(arguments: 1...8, [0, 1, 9, 99])
  func whatIsBeforeAFailureIsTaken(workers: Int, item: Int) {
    for place in ["next", "transform", "consume"] {
      let outcome = run(workers: workers, count: 100, failing: [(place, item)])
      #expect(outcome == Outcome(consumed: (0..<item).map { $0 * $0 }, failure: Failure(place: place, item: item)))
    }
  }

  @Test(arguments: 1...8)
  func theFirstFailureInOrderIsThrown(workers: Int) {
    let failures = [("next", 40), ("transform", 33), ("transform", 12), ("consume", 20)]
    #expect(run(workers: workers, count: 100, failing: failures).failure == Failure(place: "transform", item: 12))
    #expect(
      run(workers: workers, count: 100, failing: [failures[1], failures[3]]).failure
        == Failure(place: "consume", item: 20))
    #expect(
      run(workers: workers, count: 100, failing: [failures[0], failures[1]]).failure
        == Failure(place: "transform", item: 33))
  }

  /// Results that were ready before an earlier item failed are dropped.
  @Test(arguments: 2...8)
  func resultsBehindAFailureAreNotTaken(workers: Int) {
    let transformed = Atomic(0)
    var taken = 0
    var consumed: [Int] = []
    let error = #expect(throws: Failure.self) {
      try OrderedPipeline.run(
        workers: workers,
        next: { () -> Int? in
          defer { taken += 1 }
          return taken
        },
        worker: {},
        transform: { _, item -> Int in
          guard item == 3 else {
            transformed.add(1, ordering: .relaxed)
            return item
          }
          // The other threads get on; how far does not matter.
          for _ in 0..<200 where transformed.load(ordering: .relaxed) < 5 { usleep(1000) }
          throw Failure(place: "transform", item: item)
        },
        consume: { (item: Int) in consumed.append(item) })
    }
    #expect(error == Failure(place: "transform", item: 3))
    #expect(consumed == [0, 1, 2])
  }

  @Test(arguments: 1...8)
  func nothingIsTakenFromTheStreamBehindItsEnd(workers: Int) throws {
    var asked = 0
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> Int? in
        asked += 1
        return asked <= 5 ? asked : nil
      }, worker: {}, transform: { $1 }, consume: { (_: Int) in })
    #expect(asked == 6)
  }

  /// Items that were taken and whose results were not: never more than two for each worker.
  @Test(arguments: 1...8)
  func itemsUnderWayAreBounded(workers: Int) throws {
    let underWay = Mutex((now: 0, most: 0))
    var random = Randomness(seed: UInt64(workers))
    var left = 2000
    try OrderedPipeline.run(
      workers: workers,
      next: { () -> Int? in
        guard left > 0 else { return nil }
        left -= 1
        underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        // Some items take much longer than others, so that results wait for them.
        return random.integer(below: 20) == 0 ? 20_000 : 10
      },
      worker: {},
      transform: { _, work in (0..<work).reduce(0) { $0 &* 31 &+ $1 } },
      consume: { (_: Int) in underWay.withLock { $0.now -= 1 } })
    let most = underWay.withLock { $0.most }
    #expect(most <= 2 * workers)
    #expect(underWay.withLock { $0.now } == 0)
  }

  /// A thread's state, which notices two threads at once.
  final class Worker: Sendable {
    let isBusy = Atomic(false)
  }

  @Test(arguments: 1...8)
  func eachThreadHasItsOwnState(workers: Int) throws {
    let made = Atomic(0)
    let collisions = Atomic(0)
    let (asking, taking) = (Worker(), Worker())
    @Sendable func alone<Result>(_ worker: Worker, _ body: () -> Result) -> Result {
      if worker.isBusy.exchange(true, ordering: .acquiringAndReleasing) { collisions.add(1, ordering: .relaxed) }
      defer { worker.isBusy.store(false, ordering: .releasing) }
      return body()
    }
    var count = 0
    try OrderedPipeline.run(
      workers: workers,
      next: {
        alone(asking) { () -> Int? in
          count += 1
          return count <= 500 ? count : nil
        }
      },
      worker: {
        made.add(1, ordering: .relaxed)
        return Worker()
      },
      transform: { worker, item in alone(worker) { (0..<200).reduce(item) { $0 &* 31 &+ $1 } } },
      consume: { (_: Int) in alone(taking) {} })
    #expect(made.load(ordering: .relaxed) == workers)
    #expect(collisions.load(ordering: .relaxed) == 0)
  }

  /// Squares 0 ..< count, failing at the places of some items.
  private func run(workers: Int, count: Int, failing: [(place: String, item: Int)] = []) -> Outcome {
    var outcome = Outcome()
    var taken = 0
    @Sendable func fail(_ place: String, _ item: Int) throws {
      if failing.contains(where: { $0.place == place && $0.item == item }) { throw Failure(place: place, item: item) }
    }
    do {
      try OrderedPipeline.run(
        workers: workers,
        next: { () -> Int? in
          guard taken < count else { return nil }
          try fail("next", taken)
          taken += 1
          return taken - 1
        },
        worker: {},
        transform: { _, item -> (item: Int, square: Int) in
          try fail("transform", item)
          return (item, item * item)
        },
        consume: { (result: (item: Int, square: Int)) in
          try fail("consume", result.item)
          outcome.consumed.append(result.square)
        })
    } catch {
      outcome.failure = error as? Failure
    }
    return outcome
  }
}
