/// Numbers as short decimal texts, the same on every machine.
package enum DecimalText {
  /// With so many digits behind the point, a half away from zero; never `-0`.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return plain(value) }
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    // Beyond 2⁵³ there are no fractions to be rounded.
    let scaled = (abs(value) * Double(scale)).rounded()
    guard scaled < 0x1p53 else { return plain(value) }
    let whole = Int(scaled)
    let sign = value < 0 && whole > 0 ? "-" : ""
    if digits == 0 { return sign + "\(whole)" }
    let fraction = "\(whole % scale)"
    return sign + "\(whole / scale)." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
  }

  /// With at most so many digits from the first that is not zero, and no zeros at the end of a fraction.
  package static func significant(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value != 0 else { return plain(value) }
    let magnitude = abs(value)
    guard magnitude >= 1e-6, magnitude < 1e12 else { return plain(value) }
    var (leading, bound) = (1, 10.0)
    while magnitude >= bound { (leading, bound) = (leading + 1, bound * 10) }
    var zeros = 0
    while magnitude < 1, magnitude * bound < 10 { (zeros, bound) = (zeros + 1, bound * 10) }
    let text = fixed(value, max(0, magnitude < 1 ? digits + zeros - 1 : digits - leading))
    guard text.contains(".") else { return text }
    var trimmed = Substring(text)
    while trimmed.last == "0" { trimmed = trimmed.dropLast() }
    if trimmed.last == "." { trimmed = trimmed.dropLast() }
    return String(trimmed)
  }

  /// At the right end of a column of `width` characters.
  package static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text
  }

  /// At the left end of a column of `width` characters.
  package static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
  }

  private static func plain(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-∞" : "∞" }
    return value == 0 ? "0" : value.description
  }
}
