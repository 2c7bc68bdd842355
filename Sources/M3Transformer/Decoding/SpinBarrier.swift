#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Where the members of a team wait for each other, hundreds of times a token: a wait is shorter than a system call.
final class SpinBarrier: Sendable {
  private let count: Int
  private let arrived = Atomic<Int>(0)
  private let phase = Atomic<Int>(0)

  /// Looks at the phase before the processor is offered to others: longer than any share differs from another, so only a
  /// member that has lost its processor makes the others go on to that.
  private static let spinCount = 10_000

  init(count: Int) {
    self.count = count
  }

  /// Returns when all members have called it; what they wrote before is then seen by all.
  func wait() {
    if count == 1 { return }
    let current = phase.load(ordering: .relaxed)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      phase.store(current &+ 1, ordering: .releasing)
      return
    }
    var spins = 0
    while phase.load(ordering: .acquiring) == current {
      spins += 1
      if spins > Self.spinCount { sched_yield() }
    }
  }
}
