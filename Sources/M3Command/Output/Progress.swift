public import ArgumentParser

/// How progress is shown.
public enum ProgressMode: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// A line that renews itself on a terminal, else `plain`.
  case auto
  /// A line every ten seconds, after two minutes every minute.
  case plain
  case none
}

/// Shows how much is done, the rate and the time left, on stderr.
public final class Progress {
  private enum Style { case rewritten, plain, none }

  private let style: Style
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var meter: ProgressMeter
  private var rewritten: ContinuousClock.Instant

  /// - Parameter total: units in all, or nil where that is not known.
  public init(_ label: String, unit: String, total: Int?, mode: ProgressMode) {
    style =
      switch mode {
      case .auto: StandardError.isTerminal ? .rewritten : .plain
      case .plain: .plain
      case .none: .none
      }
    start = clock.now
    rewritten = start
    meter = ProgressMeter(label, unit: unit, total: total, start: start)
  }

  /// Never to be called by two threads at once.
  public func advance(by count: Int = 1) {
    let now = clock.now
    meter.advance(by: count, at: now)
    switch style {
    case .rewritten:
      guard now - rewritten >= .milliseconds(200) else { return }
      rewritten = now
      StandardError.rewrite(meter.line(at: now))
    case .plain: if let line = meter.plainLine(at: now) { StandardError.write("\(line)\n") }
    case .none: break
    }
  }

  /// Clears the renewed line, or ends the others.
  public func finish() {
    switch style {
    case .rewritten: StandardError.clear()
    case .plain: if let line = meter.lastPlainLine(at: clock.now) { StandardError.write("\(line)\n") }
    case .none: break
    }
  }

  /// Seconds since the start.
  public var elapsedSeconds: Double { (clock.now - start).inSeconds }
}
