import M3Command
import Testing

@Suite("Numbers for people")
struct NumberTests {
  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (-0.04, 1, "0.0"), (-2.5, 0, "-3"), (1234.5678, 3, "1234.568"),
    (0.05, 1, "0.1"),
    (99.996, 2, "100.00"),
  ])
  func decimals(value: Double, digits: Int, text: String) {
    #expect(value.formatted(decimals: digits) == text)
  }

  @Test func notANumber() {
    #expect(Double.nan.formatted(decimals: 1) == "nan")
    #expect(Double.infinity.formatted(decimals: 1) == "inf")
  }

  @Test(arguments: [
    (0.0, "0:00:00"), (59.4, "0:00:59"), (59.5, "0:01:00"), (3599.0, "0:59:59"), (3600.0, "1:00:00"),
    (360_000.0, "100:00:00"), (-1.0, "0:00:00"), (1e300, "277777777777:46:40"),
  ])
  func clockTimes(seconds: Double, text: String) {
    #expect(ClockTime.text(seconds: seconds) == text)
  }

  @Test(arguments: [(0, "0.0 s"), (1250, "1.3 s"), (59_900, "59.9 s"), (60_000, "0:01:00"), (3_725_400, "1:02:05")])
  func durations(milliseconds: Int, text: String) {
    #expect(ClockTime.text(milliseconds: milliseconds) == text)
  }
}
