#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import Synchronization

/// Threads that do the same work together, again and again: the caller and `count − 1` workers of its own.
///
/// A worker that has nothing to do looks out for work for some microseconds, the time between two tokens, and then
/// sleeps until it is woken. Waking threads for every matrix would cost more than the matrix.
final class DecodingTeam {
  private let crew: Crew
  private var threads: [pthread_t] = []

  /// - Parameters:
  ///   - barrier: of `count`; the work may use it too.
  ///   - work: what each member does in a run; it keeps nothing alive that owns the team.
  init(count: Int, barrier: SpinBarrier, work: @escaping @Sendable (DecodingMember) -> Void) {
    precondition(count > 0, "a team has a member")
    crew = Crew(barrier: barrier, work: work, count: count)
    for index in 1..<count { threads.append(Self.start(crew, index: index)) }
  }

  deinit {
    crew.dismiss()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Does the work on all members and returns when all have done it.
  func run() {
    if crew.count > 1 { crew.call() }
    crew.workAs(0)
  }

  private final class Start {
    let crew: Crew
    let index: Int

    init(crew: Crew, index: Int) {
      (self.crew, self.index) = (crew, index)
    }
  }

  private static func start(_ crew: Crew, index: Int) -> pthread_t {
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(crew: crew, index: index))
    let code = pthread_create(
      &thread, nil,
      { raw in
        let start = Unmanaged<Start>.fromOpaque(raw!).takeRetainedValue()
        start.crew.serve(start.index)
        return nil
      }, start.toOpaque())
    guard code == 0 else { fatalError("no thread: error \(code)") }
    return thread
  }
}

/// What the caller and its workers share.
private final class Crew: @unchecked Sendable {
  let count: Int
  private let barrier: SpinBarrier
  private let work: @Sendable (DecodingMember) -> Void
  /// Runs begun.
  private let generation = Atomic<Int>(0)
  private let isDismissed = Atomic<Bool>(false)
  /// Workers that sleep, or are about to.
  private let sleepers = Atomic<Int>(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Looks at the generation before a worker sleeps.
  private static let spinCount = 50_000

  init(barrier: SpinBarrier, work: @escaping @Sendable (DecodingMember) -> Void, count: Int) {
    (self.barrier, self.work, self.count) = (barrier, work, count)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Calls the workers to a run.
  func call() {
    // Either a worker that goes to sleep sees the new generation, or this sees the sleeper: both orders are total.
    generation.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
  }

  func dismiss() {
    isDismissed.store(true, ordering: .sequentiallyConsistent)
    call()
  }

  func workAs(_ index: Int) {
    work(DecodingMember(index: index, count: count))
    barrier.wait()
  }

  /// A worker's life.
  func serve(_ index: Int) {
    var seen = 0
    while true {
      waitForCall(after: seen)
      seen += 1
      if isDismissed.load(ordering: .acquiring) { return }
      workAs(index)
    }
  }

  private func waitForCall(after seen: Int) {
    for _ in 0..<Self.spinCount where generation.load(ordering: .acquiring) != seen { return }
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }
}
