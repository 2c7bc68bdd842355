#if canImport(Glibc)
  import Glibc
#endif

/// One direction of a plot: which numbers it shows, where, and which of them are written beside it.
package struct PlotAxis: Sendable {
  package let range: ClosedRange<Double>
  package let isLogarithmic: Bool

  /// - Parameters:
  ///   - range: a range of one number is widened.
  ///   - isLogarithmic: needs numbers above 0.
  package init(_ range: ClosedRange<Double>, isLogarithmic: Bool = false) {
    precondition(range.lowerBound.isFinite && range.upperBound.isFinite, "a finite range")
    precondition(!isLogarithmic || range.lowerBound > 0, "numbers that have a logarithm")
    if range.lowerBound < range.upperBound {
      self.range = range
    } else {
      let margin = isLogarithmic ? 0 : max(0.5, abs(range.lowerBound) / 2)
      self.range =
        isLogarithmic
        ? range.lowerBound / 2...range.upperBound * 2 : range.lowerBound - margin...range.upperBound + margin
    }
    self.isLogarithmic = isLogarithmic
  }

  /// Where a number lies: 0 at the start to 1 at the end; outside of that for one outside of the range.
  package func position(_ value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    return isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
  }

  /// The number at a position from 0 to 1.
  package func value(at position: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    return isLogarithmic ? low * exp(position * log(high / low)) : low + position * (high - low)
  }

  /// Round numbers in the range: about `count` multiples of 1, 2 or 5 times a power of ten, or on a logarithmic axis
  /// powers of ten.
  package func ticks(_ count: Int) -> [Double] {
    if isLogarithmic {
      let powers = (-30...30).map { pow(10, Double($0)) }.filter { range.contains($0) }
      if powers.count >= 2 {
        let step = (powers.count + count - 1) / count
        return Swift.stride(from: 0, to: powers.count, by: step).map { powers[$0] }
      }
    }
    let span = range.upperBound - range.lowerBound
    guard span.isFinite else { return [] }
    let power = pow(10, floor(log10(span / Double(count))))
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { span / $0 <= Double(count) } ?? 10 * power
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    guard last >= first, last - first <= 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }
}
