import M3Bytes
import M3JSON

#if canImport(Glibc)
  import Glibc
#endif

/// What a task cost when it was carried out: `_runs/I-of-N.json`. It differs from run to run, and nothing reads it but a
/// report; what must not differ stands in the marker.
public struct RunRecord: Sendable, Equatable {
  public var wallMilliseconds: Int
  /// CPU time of all threads, in user and kernel mode.
  public var cpuMilliseconds: Int
  public var workers: Int
  /// The process's largest resident memory until the task's end.
  public var peakMemoryBytes: Int

  public init(wallMilliseconds: Int, cpuMilliseconds: Int, workers: Int, peakMemoryBytes: Int) {
    self.wallMilliseconds = wallMilliseconds
    self.cpuMilliseconds = cpuMilliseconds
    self.workers = workers
    self.peakMemoryBytes = peakMemoryBytes
  }

  var json: JSONObject {
    [
      "cpu_milliseconds": .integer(Int64(cpuMilliseconds)), "peak_memory_bytes": .integer(Int64(peakMemoryBytes)),
      "wall_milliseconds": .integer(Int64(wallMilliseconds)), "workers": .integer(Int64(workers)),
    ]
  }

  /// Reads ``json``; nil where it is something else.
  init?(json: JSONValue) {
    guard let object = json.objectValue else { return nil }
    let values = ["wall_milliseconds", "cpu_milliseconds", "workers", "peak_memory_bytes"].map {
      object[$0]?.integerValue.flatMap { (0...1 << 52).contains($0) ? Int($0) : nil }
    }
    guard let wall = values[0], let cpu = values[1], let workers = values[2], let memory = values[3] else { return nil }
    self.init(wallMilliseconds: wall, cpuMilliseconds: cpu, workers: workers, peakMemoryBytes: memory)
  }
}

/// Measures a task while it runs.
struct RunMeter {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let startCPU: Int

  init() {
    start = clock.now
    startCPU = Self.usage().cpuMilliseconds
  }

  func record(workers: Int) -> RunRecord {
    let wall = (clock.now - start).components
    let (cpu, memory) = Self.usage()
    return RunRecord(
      wallMilliseconds: Int(wall.seconds) * 1000 + Int(wall.attoseconds / 1_000_000_000_000_000),
      cpuMilliseconds: cpu - startCPU, workers: workers, peakMemoryBytes: memory)
  }

  private static func usage() -> (cpuMilliseconds: Int, memory: Int) {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return (0, 0) }
    func milliseconds(_ time: timeval) -> Int { Int(time.tv_sec) * 1000 + Int(time.tv_usec) / 1000 }
    return (milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss * 1024)
  }
}
