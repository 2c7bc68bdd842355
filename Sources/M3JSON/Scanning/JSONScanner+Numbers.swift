public import M3Bytes

/// Where a number stands in a scanner's bytes.
public struct JSONNumberToken: Sendable, Equatable {
  public let range: Range<Int>
  /// Whether it has neither a fraction nor an exponent; it may still not fit into any integer type.
  public let isInteger: Bool
}

extension JSONScanner {
  /// Reads the number that comes next.
  public mutating func scanNumber() throws(FormatError) -> JSONNumberToken {
    skipWhitespace()
    let start = position
    var isInteger = true
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
      position += 1
      if position < bytes.count, isDigit(bytes[position]) { throw malformed("a number with a leading zero") }
    } else {
      try digits()
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      try digits()
    }
    return JSONNumberToken(range: start..<position, isInteger: isInteger)
  }

  /// The number's own characters.
  public func text(of number: JSONNumberToken) -> String {
    String(decoding: bytes[number.range], as: UTF8.self)
  }

  /// The number as an integer, or nil where it has a fraction or an exponent or does not fit.
  public func integer(_ number: JSONNumberToken) -> Int64? {
    guard number.isInteger else { return nil }
    let isNegative = bytes[number.range.lowerBound] == UInt8(ascii: "-")
    var value: Int64 = 0
    for index in (isNegative ? number.range.dropFirst() : number.range) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Int64(bytes[index] - UInt8(ascii: "0"))
      // Negative numbers are summed downwards, since they reach one further.
      let (sum, overflow2) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      guard !overflow && !overflow2 else { return nil }
      value = sum
    }
    return value
  }

  private mutating func digits() throws(FormatError) {
    guard position < bytes.count else { throw truncated() }
    guard isDigit(bytes[position]) else { throw malformed("a digit expected") }
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
