/// Units of measurement that are split off behind a digit.
struct EnglishUnits: Sendable {
  /// Longest first, by their last byte.
  private let units: [[[UInt8]]]

  static let shared = EnglishUnits(EnglishSpecialCases.units)

  private init(_ list: String) {
    var units = [[[UInt8]]](repeating: [], count: 256)
    for entry in EnglishSpecialCases.entries(list) {
      units[Int(entry.bytes[entry.bytes.count - 1])].append(entry.bytes)
    }
    self.units = units.map { $0.sorted { $0.count > $1.count } }
  }

  /// How many bytes the longest unit takes that ends the bytes and stands behind a digit.
  func suffix(_ utf8: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    for unit in units[Int(utf8[end - 1])] where end - start > unit.count {
      let first = end - unit.count
      guard EnglishAffixes.isDigit(utf8[first - 1]) else { continue }
      if unit.elementsEqual(utf8[first..<end]) { return unit.count }
    }
    return 0
  }
}
