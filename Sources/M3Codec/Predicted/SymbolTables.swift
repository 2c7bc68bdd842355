/// A symbol model laid out for coding: where each symbol's slots begin, and which symbol a slot belongs to.
struct SymbolTables: Sendable {
  /// First slots of a table's symbols, and 1 << frequencyBits behind the last.
  static let startCount = SymbolModel.symbolCount + 1
  /// Slots are looked up in groups of 1 << groupBits: a table of all of them would not stay in the nearest cache.
  static let groupBits = 6
  static let groupCount = 1 << (SymbolModel.frequencyBits - groupBits)

  /// (tables, ``startCount``).
  let starts: [UInt16]
  /// (tables, ``groupCount``) the symbol of each group's first slot.
  let groups: [UInt8]

  /// - Precondition: a model that ``SymbolModel/problem`` finds nothing wrong with.
  init(_ model: SymbolModel) {
    let symbolCount = SymbolModel.symbolCount
    var starts: [UInt16] = []
    var groups: [UInt8] = []
    for first in stride(from: 0, to: model.frequencies.count, by: symbolCount) {
      var start = 0
      for symbol in 0..<symbolCount {
        starts.append(UInt16(start))
        let end = start + Int(model.frequencies[first + symbol])
        let group = 1 << Self.groupBits
        // Groups whose first slot is in start ..< end.
        let firstGroup = (start + group - 1) / group
        for _ in stride(from: firstGroup * group, to: end, by: group) { groups.append(UInt8(symbol)) }
        start = end
      }
      starts.append(UInt16(start))
    }
    self.starts = starts
    self.groups = groups
  }

  func append(_ code: ResidualCode, to encoder: inout EntropyEncoder) {
    let first = code.table * Self.startCount + code.symbol
    encoder.append(start: starts[first], frequency: starts[first + 1] - starts[first])
    guard code.symbol == SymbolModel.escape else { return }
    let rest = Int(code.code.magnitude) - SymbolModel.largestMagnitude
    let restBits = Int.bitWidth - rest.leadingZeroBitCount - 1
    encoder.append(bits: restBits << 1 | (code.code < 0 ? 1 : 0), count: Escape.headBits)
    encoder.append(bits: rest - 1 << restBits, count: restBits)
  }
}
