import M3Bytes

extension SplitMix64 {
  /// A whole number from 0 below `bound`, by multiplication; its bias is below bound / 2⁶⁴.
  mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "an empty range")
    return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Fisher and Yates's shuffle; the standard library does not promise that its own stays the same.
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
  }
}
