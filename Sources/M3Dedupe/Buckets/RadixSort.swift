/// Sorts by key, least digit first: stable, and linear in the entries.
package enum RadixSort {
  private static let digitBits = 11
  private static let digitCount = 6
  private static let valueCount = 1 << digitBits

  /// Sorts ascending; entries of one key stay in their order. It takes as much memory again.
  package static func sort(_ entries: inout [KeyedNumber]) {
    guard entries.count > 1 else { return }
    var starts = histograms(entries)
    var other = [KeyedNumber](unsafeUninitializedCapacity: entries.count) { buffer, count in
      buffer.initialize(repeating: KeyedNumber(key: 0, number: 0))
      count = entries.count
    }
    for digit in 0..<digitCount {
      let shift = digit * digitBits
      let range = digit * valueCount..<(digit + 1) * valueCount
      // A digit that all keys share moves nothing.
      if starts[range].contains(entries.count) { continue }
      var sum = 0
      for index in range { (starts[index], sum) = (sum, sum + starts[index]) }
      entries.withUnsafeBufferPointer { source in
        other.withUnsafeMutableBufferPointer { target in
          starts.withUnsafeMutableBufferPointer { starts in
            for entry in source {
              let value = range.lowerBound + Int(truncatingIfNeeded: entry.key >> UInt64(shift)) & (valueCount - 1)
              target[starts[value]] = entry
              starts[value] += 1
            }
          }
        }
      }
      swap(&entries, &other)
    }
  }

  /// How often each value of each digit stands: (digits, values).
  private static func histograms(_ entries: [KeyedNumber]) -> [Int] {
    var counts = [Int](repeating: 0, count: digitCount * valueCount)
    counts.withUnsafeMutableBufferPointer { counts in
      for entry in entries {
        var key = entry.key
        for digit in 0..<digitCount {
          counts[digit * valueCount + Int(truncatingIfNeeded: key) & (valueCount - 1)] += 1
          key >>= UInt64(digitBits)
        }
      }
    }
    return counts
  }
}
