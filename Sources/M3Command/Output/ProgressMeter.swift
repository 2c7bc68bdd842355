/// What a progress line says, and when: instants come from the caller.
package struct ProgressMeter {
  package typealias Instant = ContinuousClock.Instant

  private let label: String
  private let unit: String
  private let total: Int?
  private let start: Instant
  private var done = 0
  /// How much was done when: one a second, and none older than ``window`` but the first.
  private var samples: [(instant: Instant, done: Int)]
  private var lastPlainLine: Instant
  private var hasPlainLine = false

  /// The rate is that of the last minute: inputs differ, and the first seconds are for loading.
  private static let window = Duration.seconds(60)

  /// - Parameter total: units in all, or nil where that is not known.
  package init(_ label: String, unit: String, total: Int?, start: Instant) {
    self.label = label
    self.unit = unit
    self.total = total
    self.start = start
    samples = [(start, 0)]
    lastPlainLine = start
  }

  package mutating func advance(by count: Int, at now: Instant) {
    if done == 0, now - start >= Self.window {
      // What came before was setting up, which says nothing of the rate.
      done = count
      samples = [(now, done)]
      return
    }
    done += count
    guard now - samples[samples.count - 1].instant >= .seconds(1) else { return }
    samples.append((now, done))
    if let old = samples.lastIndex(where: { now - $0.instant >= Self.window }) { samples.removeFirst(old) }
  }

  /// The line while work goes on: done, percent, rate of the last minute, time left.
  package func line(at now: Instant) -> String {
    let rate = rate(at: now)
    var text = "\(label): \(amount)"
    if let total, total > 0 { text += ", \(Int(Double(done) / Double(total) * 100)) %" }
    text += ", \(rate.formatted(decimals: 1)) a second"
    if let total, rate > 0 { text += ", \(ClockTime.text(seconds: Double(max(0, total - done)) / rate)) left" }
    return text
  }

  /// The line at the end: how much, in which time.
  package func lastLine(at now: Instant) -> String {
    let seconds = max(1e-3, (now - start).inSeconds)
    let rate = (Double(done) / seconds).formatted(decimals: 1)
    return "\(label): \(amount) in \(ClockTime.text(seconds: seconds)), \(rate) a second"
  }

  /// A line for a log where one is due: every ten seconds in the first two minutes, then every minute.
  package mutating func plainLine(at now: Instant) -> String? {
    guard now - lastPlainLine >= (now - start <= .seconds(120) ? .seconds(10) : .seconds(60)) else { return nil }
    lastPlainLine = now
    hasPlainLine = true
    return line(at: now)
  }

  /// The last line of a log that has others: short work says nothing.
  package func lastPlainLine(at now: Instant) -> String? { hasPlainLine ? lastLine(at: now) : nil }

  private var amount: String { "\(done)\(total.map { " of \($0)" } ?? "") \(unit)" }

  private func rate(at now: Instant) -> Double {
    let first = samples.last { now - $0.instant >= Self.window } ?? samples[0]
    return Double(done - first.done) / max(1e-3, (now - first.instant).inSeconds)
  }
}
