#if canImport(Glibc)
  import Glibc
#endif

/// Clocks of a measurement.
enum Stopwatch {
  struct Time {
    /// Seconds.
    var wall: Double
    /// Seconds of all threads of the process.
    var cpu: Double

    static func - (end: Time, start: Time) -> Time { Time(wall: end.wall - start.wall, cpu: end.cpu - start.cpu) }
  }

  static func now() -> Time { Time(wall: seconds(CLOCK_MONOTONIC), cpu: seconds(CLOCK_PROCESS_CPUTIME_ID)) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
