/// One of the threads that share a token's work.
struct DecodingMember: Sendable {
  let index: Int
  let count: Int

  /// This member's part of 0 ..< total, in multiples of `unit` but for the end.
  func share(of total: Int, unit: Int) -> Range<Int> {
    let units = (total + unit - 1) / unit
    return min(total, units * index / count * unit)..<min(total, units * (index + 1) / count * unit)
  }
}
