import M3Codec

/// Frequencies of a table, from probabilities.
package enum SymbolFrequencies {
  /// Whole numbers of at least 1 whose sum is 1 << ``SymbolModel/frequencyBits``, in proportion to `shares`.
  /// - Parameter shares: not negative, of sum 1 but for rounding.
  package static func whole(_ shares: [Double]) -> [UInt16] {
    let total = 1 << SymbolModel.frequencyBits
    let exact = shares.map { $0 * Double(total - shares.count) }
    var frequencies = exact.map { 1 + Int($0) }
    // What rounding down has left goes where most was cut off; what rounding of the sum took beyond, from the largest.
    let rest = total - frequencies.reduce(0, +)
    if rest < 0 {
      let largest = frequencies.indices.max { (frequencies[$0], $1) < (frequencies[$1], $0) }!
      frequencies[largest] += rest
    } else {
      let byRemainder = exact.indices.sorted {
        (exact[$1] - exact[$1].rounded(.down), $0) < (exact[$0] - exact[$0].rounded(.down), $1)
      }
      for place in 0..<rest { frequencies[byRemainder[place % byRemainder.count]] += 1 }
    }
    return frequencies.map { UInt16($0) }
  }
}
