import M3Bytes
import M3JSON

extension JSONFields {
  func count(_ key: String) throws(FormatError) -> Int {
    let count: Int = try required(key)
    guard count >= 0 else {
      throw FormatError(.outOfRange(found: "\(count)", allowed: "from 0"), field: "\(path).\(key)")
    }
    return count
  }

  /// A number from 0 to 1.
  func share(_ key: String) throws(FormatError) -> Double {
    let value: Double = try required(key)
    guard (0...1).contains(value) else {
      throw FormatError(.outOfRange(found: "\(value)", allowed: "0 to 1"), field: "\(path).\(key)")
    }
    return value
  }

  /// A number above 0.
  func penalty(_ key: String) throws(FormatError) -> Double {
    let value: Double = try required(key)
    guard value > 0 else {
      throw FormatError(.outOfRange(found: "\(value)", allowed: "above 0"), field: "\(path).\(key)")
    }
    return value
  }

  /// Numbers of a head: so small that no sum of their products with float32 elements overflows.
  func coefficients(_ key: String, count: Int) throws(FormatError) -> [Double] {
    let values: [Double] = try required(key)
    guard values.count == count else {
      throw FormatError(.mismatch(expected: "\(count) numbers", found: "\(values.count)"), field: "\(path).\(key)")
    }
    for (index, value) in values.enumerated() { try Self.requireCoefficient(value, "\(path).\(key)[\(index)]") }
    return values
  }

  func coefficient(_ key: String) throws(FormatError) -> Double {
    let value: Double = try required(key)
    try Self.requireCoefficient(value, "\(path).\(key)")
    return value
  }

  private static func requireCoefficient(_ value: Double, _ field: String) throws(FormatError) {
    guard abs(value) <= 1e50 else {
      throw FormatError(.outOfRange(found: "\(value)", allowed: "at most 1e+50 in magnitude"), field: field)
    }
  }
}
