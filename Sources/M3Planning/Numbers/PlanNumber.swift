#if canImport(Glibc)
  import Glibc
#endif

/// Numbers of a plan as people read them.
package enum PlanNumber {
  /// Rounded to so many digits from the first that is not zero, as a decimal with commas: `0.000144`, `13,400`.
  /// - Precondition: `digits` is 1 to 15.
  package static func rounded(_ value: Double, digits: Int = 3) -> String {
    precondition((1...15).contains(digits), "digits that a Double has")
    guard value.isFinite, value != 0, abs(value) >= 1e-15, abs(value) < 1e18 else {
      return value == 0 ? "0" : "\(value)"
    }
    let sign = value < 0 ? "-" : ""
    var decimals = digits - 1 - Int(floor(log10(abs(value))))
    // 9.996 has one digit before the point, and 10.0 two.
    if shifted(abs(value), decimals).rounded() >= pow(10, Double(digits)) { decimals -= 1 }
    let whole = Int(shifted(abs(value), decimals).rounded())
    guard decimals > 0 else { return sign + grouped(whole * Int(pow(10, Double(-decimals)))) }
    let places = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - places.utf8.count)) + places
    return sign + grouped(Int(padded.dropLast(decimals)) ?? 0) + "." + padded.suffix(decimals)
  }

  /// All digits, with commas between groups of three.
  package static func grouped(_ value: Int) -> String {
    var text = ""
    for (place, digit) in String(value.magnitude).reversed().enumerated() {
      if place > 0, place.isMultiple(of: 3) { text = "," + text }
      text = String(digit) + text
    }
    return value < 0 ? "-" + text : text
  }

  /// Three digits and a unit that is a power of 1024: `7.17 PB`. Below 1 KB all of it.
  package static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    let units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"]
    while value >= 1024, unit + 1 < units.count { (value, unit) = (value / 1024, unit + 1) }
    return (unit == 0 ? "\(count)" : rounded(value)) + " " + units[unit]
  }

  /// `value` · 10^`places`.
  private static func shifted(_ value: Double, _ places: Int) -> Double {
    places >= 0 ? value * pow(10, Double(places)) : value / pow(10, Double(-places))
  }
}
