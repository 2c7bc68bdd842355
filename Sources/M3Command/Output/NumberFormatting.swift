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

/// Times for people.
package enum ClockTime {
  /// Whole seconds as `h:mm:ss`; hours are not bounded.
  package static func text(seconds: Double) -> String {
    let whole = Int(min(max(0, seconds.rounded()), 1e15))
    let parts = [whole / 60 % 60, whole % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(whole / 3600):\(parts[0]):\(parts[1])"
  }

  /// `3.2 s` below a minute, else `h:mm:ss`.
  package static func text(milliseconds: Int) -> String {
    let seconds = Double(milliseconds) / 1000
    return milliseconds < 60_000 ? "\(seconds.formatted(decimals: 1)) s" : text(seconds: seconds)
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
