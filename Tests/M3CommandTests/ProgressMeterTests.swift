import M3Command
import Testing

@Suite("Progress")
struct ProgressMeterTests {
  private static let start = ContinuousClock.now
  private var meter = ProgressMeter("encode", unit: "references", total: 1000, start: start)

  private func instant(_ seconds: Double) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

  /// Does so much, evenly, a step each second.
  private mutating func work(_ count: Int, from first: Int, to last: Int) {
    for second in first + 1...last { meter.advance(by: count / (last - first), at: instant(Double(second))) }
  }

  @Test func nothingIsDone() {
    #expect(meter.line(at: instant(3)) == "encode: 0 of 1000 references, 0 %, 0.0 a second")
  }

  @Test mutating func rateAndTimeLeft() {
    work(200, from: 0, to: 20)
    #expect(meter.line(at: instant(20)) == "encode: 200 of 1000 references, 20 %, 10.0 a second, 0:01:20 left")
  }

  @Test mutating func theRateIsOfTheLastMinute() {
    work(600, from: 0, to: 20)
    work(60, from: 20, to: 80)
    #expect(meter.line(at: instant(80)) == "encode: 660 of 1000 references, 66 %, 1.0 a second, 0:05:40 left")
    // Half a minute in which nothing is done.
    #expect(meter.line(at: instant(110)) == "encode: 660 of 1000 references, 66 %, 0.5 a second, 0:11:20 left")
    // A minute: nobody knows.
    #expect(meter.line(at: instant(140)) == "encode: 660 of 1000 references, 66 %, 0.0 a second")
  }

  /// Steps that take longer than a minute are still measured.
  @Test mutating func rareSteps() {
    for step in 1...3 { meter.advance(by: 90, at: instant(90 * Double(step))) }
    #expect(meter.line(at: instant(270)) == "encode: 270 of 1000 references, 27 %, 1.0 a second, 0:12:10 left")
  }

  /// A codebook is trained before the first memory is coded.
  @Test mutating func settingUpIsNoRate() {
    meter.advance(by: 1, at: instant(600))
    #expect(meter.line(at: instant(600)) == "encode: 1 of 1000 references, 0 %, 0.0 a second")
    for second in 601...630 { meter.advance(by: 10, at: instant(Double(second))) }
    #expect(meter.line(at: instant(630)) == "encode: 301 of 1000 references, 30 %, 10.0 a second, 0:01:10 left")
  }

  @Test func aTotalThatIsNotKnown() {
    var meter = ProgressMeter("verify", unit: "MiB", total: nil, start: Self.start)
    meter.advance(by: 30, at: instant(4))
    #expect(meter.line(at: instant(4)) == "verify: 30 MiB, 7.5 a second")
    #expect(meter.lastLine(at: instant(4)) == "verify: 30 MiB in 0:00:04, 7.5 a second")
  }

  /// A total of none, and one that was too small.
  @Test(arguments: [
    (0, "encode: 5 of 0 references, 5.0 a second, 0:00:00 left"),
    (4, "encode: 5 of 4 references, 125 %, 5.0 a second, 0:00:00 left"),
  ])
  func totalsThatAreExceeded(total: Int, line: String) {
    var meter = ProgressMeter("encode", unit: "references", total: total, start: Self.start)
    meter.advance(by: 5, at: instant(1))
    #expect(meter.line(at: instant(1)) == line)
  }

  @Test mutating func plainLinesBecomeRarer() {
    var seconds: [Int] = []
    for second in 1...400 {
      meter.advance(by: 1, at: instant(Double(second)))
      if meter.plainLine(at: instant(Double(second))) != nil { seconds.append(second) }
    }
    #expect(seconds == Array(stride(from: 10, through: 120, by: 10)) + [180, 240, 300, 360])
  }

  @Test mutating func theLastPlainLineNeedsOthers() {
    meter.advance(by: 50, at: instant(9))
    #expect(meter.plainLine(at: instant(9)) == nil)
    #expect(meter.lastPlainLine(at: instant(9)) == nil)
    meter.advance(by: 50, at: instant(10))
    #expect(meter.plainLine(at: instant(10)) == "encode: 100 of 1000 references, 10 %, 10.0 a second, 0:01:30 left")
    meter.advance(by: 900, at: instant(200))
    #expect(meter.lastPlainLine(at: instant(200)) == "encode: 1000 of 1000 references in 0:03:20, 5.0 a second")
  }
}
