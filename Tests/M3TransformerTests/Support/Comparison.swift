/// The largest difference of two lists; infinite where their lengths differ or one is not a number.
func largestDifference(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).reduce(0) { largest, pair in
    let difference = (Double(pair.0) - pair.1).magnitude
    return difference.isNaN ? .infinity : max(largest, difference)
  }
}

/// The largest difference within any vector of `dimension` elements, relative to that vector's largest element.
func relativeDifference(_ found: [Float], _ expected: [Double], dimension: Int) -> Double {
  guard found.count == expected.count, found.count.isMultiple(of: dimension) else { return .infinity }
  return stride(from: 0, to: found.count, by: dimension).reduce(0) { largest, first in
    let vector = Array(expected[first..<first + dimension])
    let scale = vector.reduce(0) { max($0, $1.magnitude) }
    return max(largest, largestDifference(Array(found[first..<first + dimension]), vector) / scale)
  }
}

/// Equal to the bit. Whole lists are not handed to an expectation: it would search their difference for minutes.
func identical(_ left: [Float], _ right: [Float]) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern }
}

func identical(_ left: [[Float]], _ right: [[Float]]) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { identical($0, $1) }
}
