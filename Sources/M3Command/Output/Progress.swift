public import ArgumentParser

/// How progress is shown.
public enum ProgressMode: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// A line that renews itself on a terminal, else `plain`.
  case auto
  /// A line every ten seconds.
  case plain
  case none
}

/// Shows how much is done, the rate and the time left, on stderr.
public final class Progress {
  private let label: String
  private let unit: String
  private let total: Int?
  private let mode: ProgressMode
  private let rewrites: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant
  private var done = 0

  /// - Parameter total: units in all, or nil where that is not known.
  public init(_ label: String, unit: String, total: Int?, mode: ProgressMode) {
    self.label = label
    self.unit = unit
    self.total = total
    self.mode = mode
    rewrites = mode == .auto && StandardError.isTerminal
    start = clock.now
    shown = start
  }

  public func advance(by count: Int = 1) {
    done += count
    guard mode != .none else { return }
    let now = clock.now
    guard now - shown >= (rewrites ? .milliseconds(200) : .seconds(10)) else { return }
    shown = now
    StandardError.write(rewrites ? "\r\u{1B}[K\(line(now))" : "\(line(now))\n")
  }

  /// Clears the renewed line.
  public func finish() {
    if rewrites { StandardError.write("\r\u{1B}[K") }
  }

  private func line(_ now: ContinuousClock.Instant) -> String {
    let seconds = max(1e-3, Self.seconds(now - start))
    let rate = Double(done) / seconds
    var text = "\(label): \(done)"
    if let total { text += " of \(total)" }
    text += " \(unit), \(rate.formatted(decimals: 1)) a second"
    if let total, done > 0 { text += ", \(Int(Double(max(0, total - done)) / rate)) s left" }
    return text
  }

  /// Seconds since the start.
  public var elapsedSeconds: Double { Self.seconds(clock.now - start) }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}

extension Double {
  /// Decimal with so many digits behind the point.
  public func formatted(decimals: Int) -> String {
    guard isFinite else { return "\(self)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (magnitude * scale).rounded()
    guard scaled < 1e15 else { return "\(self)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    return decimals == 0 ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
