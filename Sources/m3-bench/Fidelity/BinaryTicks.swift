#if canImport(Glibc)
  import Glibc
#endif

/// Powers of two to write beside a logarithmic axis.
enum BinaryTicks {
  /// About `count` of those in a range: each, or each second one, and so on. Of a range that holds none or one, its ends.
  static func values(in range: ClosedRange<Double>, count: Int) -> [Double] {
    let first = Int(log2(range.lowerBound).rounded(.up))
    let last = Int(log2(range.upperBound).rounded(.down))
    guard last > first else { return [range.lowerBound, range.upperBound] }
    let step = (last - first + count) / count
    return stride(from: first, through: last, by: step).map { exp2(Double($0)) }
  }
}
