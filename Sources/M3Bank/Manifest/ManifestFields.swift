import M3Bytes
import M3JSON

extension JSONFields {
  func integer(_ key: String, in allowed: ClosedRange<Int>) throws(FormatError) -> Int {
    let value: Int = try required(key)
    guard allowed.contains(value) else {
      throw FormatError(
        .outOfRange(found: "\(value)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)"),
        field: "\(path).\(key)")
    }
    return value
  }

  /// Compares the object with what follows from some of its fields.
  /// - Throws: ``FormatError`` naming the first key that is missing, unknown or has another value.
  func requireEqual(_ expected: JSONObject) throws(FormatError) {
    if let difference = JSONFields.difference(.object(expected), .object(object), path) { throw difference }
  }

  private static func difference(_ expected: JSONValue, _ found: JSONValue, _ path: String) -> FormatError? {
    switch (expected, found) {
    case (.object(let expected), .object(let found)):
      for (name, value) in expected.members {
        guard let other = found[name] else { return FormatError(.missing("field"), field: "\(path).\(name)") }
        if let difference = difference(value, other, "\(path).\(name)") { return difference }
      }
      let unknown = found.members.first { expected[$0.key] == nil }
      return unknown.map { FormatError(.unsupported(found: "unknown field"), field: "\(path).\($0.key)") }
    case (.array(let expected), .array(let found)) where expected.count == found.count:
      for (place, pair) in zip(expected, found).enumerated() {
        if let difference = difference(pair.0, pair.1, "\(path)[\(place)]") { return difference }
      }
      return nil
    default:
      guard expected != found else { return nil }
      return FormatError(.mismatch(expected: printed(expected), found: printed(found)), field: path)
    }
  }

  private static func printed(_ value: JSONValue) -> String {
    String(decoding: value.serialized(.canonical), as: UTF8.self)
  }
}
