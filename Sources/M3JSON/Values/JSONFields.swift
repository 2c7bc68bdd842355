public import M3Bytes

/// Typed access to a JSON object of a known shape, with errors that name the field's path.
///
/// ```swift
/// let manifest = try JSONFields(JSONValue.parse(bytes), path: "manifest")
/// try manifest.refuseUnknown(keys: ["version", "shards"])
/// let version: Int = try manifest.required("version")
/// for shard in try manifest.required("shards", as: [JSONFields].self) {
///   let name: String = try shard.required("name")  // an error names "manifest.shards[3].name"
/// }
/// ```
public struct JSONFields: Sendable {
  public let object: JSONObject
  /// Where the object stands, for errors.
  public let path: String

  public init(_ object: JSONObject, path: String) {
    self.object = object
    self.path = path
  }

  /// - Throws: ``FormatError`` `mismatch` unless the value is an object.
  public init(_ value: JSONValue, path: String) throws(FormatError) {
    self = try JSONFields.read(value, path: path)
  }

  /// The value of a field that must be there.
  /// - Throws: ``FormatError`` `missing`, `mismatch` for another type, `outOfRange`.
  public func required<Value: JSONReadable>(_ key: String, as type: Value.Type = Value.self) throws(FormatError)
    -> Value
  {
    guard let value = object[key] else { throw FormatError(.missing("field"), field: "\(path).\(key)") }
    return try Value.read(value, path: "\(path).\(key)")
  }

  /// A SHA-256 in hexadecimal.
  /// - Throws: ``FormatError`` as ``required(_:as:)``; `malformed`.
  package func digest(_ key: String) throws(FormatError) -> SHA256Digest {
    guard let digest = SHA256Digest(hexadecimal: try required(key)) else {
      throw FormatError(.malformed("not 64 lower-case hexadecimal digits"), field: "\(path).\(key)")
    }
    return digest
  }

  /// The value of a field, or nil where it is absent; `null` counts as a value and not as absent.
  /// - Throws: ``FormatError`` as ``required(_:as:)``.
  public func optional<Value: JSONReadable>(_ key: String, as type: Value.Type = Value.self) throws(FormatError)
    -> Value?
  {
    guard let value = object[key] else { return nil }
    return try Value.read(value, path: "\(path).\(key)")
  }

  /// - Throws: ``FormatError`` `unsupported` with the first key that is not one of `keys`.
  public func refuseUnknown(keys: [String]) throws(FormatError) {
    for (key, _) in object.members where !keys.contains(where: { $0.utf8.elementsEqual(key.utf8) }) {
      throw FormatError(.unsupported(found: "the field \(key)"), field: path)
    }
  }
}

/// What can be read from one JSON value.
public protocol JSONReadable {
  /// - Parameter path: where the value stands, for errors.
  /// - Throws: ``FormatError`` `mismatch` for another kind of value, `outOfRange`.
  static func read(_ value: JSONValue, path: String) throws(FormatError) -> Self
}

extension JSONReadable {
  fileprivate static func mismatch(_ expected: String, _ found: JSONValue, _ path: String) -> FormatError {
    FormatError(.mismatch(expected: expected, found: found.kind), field: path)
  }
}

extension JSONValue: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> JSONValue { value }
}

extension JSONFields: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> JSONFields {
    guard let object = value.objectValue else { throw mismatch("an object", value, path) }
    return JSONFields(object, path: path)
  }
}

extension JSONObject: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> JSONObject {
    guard let object = value.objectValue else { throw mismatch("an object", value, path) }
    return object
  }
}

extension String: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> String {
    guard let text = value.stringValue else { throw mismatch("a string", value, path) }
    return text
  }
}

extension Bool: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> Bool {
    guard let flag = value.boolValue else { throw mismatch("true or false", value, path) }
    return flag
  }
}

extension Double: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> Double {
    guard let number = value.doubleValue else { throw mismatch("a number", value, path) }
    return number
  }
}

extension FixedWidthInteger {
  /// - Throws: ``FormatError`` `mismatch` unless the value is an integer, `outOfRange` unless it fits.
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> Self {
    switch value {
    case .integer(let integer):
      if let exact = Self(exactly: integer) { return exact }
      throw FormatError(.outOfRange(found: "\(integer)", allowed: "\(Self.min)...\(Self.max)"), field: path)
    case .number(let text):
      // UInt64 reaches beyond Int64. The other text that would pass, -0, would not be written again.
      if text != "-0", let exact = Self(text) { return exact }
      throw FormatError(.mismatch(expected: "an integer", found: text), field: path)
    default:
      throw FormatError(.mismatch(expected: "an integer", found: value.kind), field: path)
    }
  }
}

extension Int: JSONReadable {}
extension Int32: JSONReadable {}
extension Int64: JSONReadable {}
extension UInt8: JSONReadable {}
extension UInt16: JSONReadable {}
extension UInt32: JSONReadable {}
extension UInt64: JSONReadable {}

extension Array: JSONReadable where Element: JSONReadable {
  public static func read(_ value: JSONValue, path: String) throws(FormatError) -> [Element] {
    guard let elements = value.arrayValue else { throw mismatch("an array", value, path) }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      result.append(try Element.read(element, path: "\(path)[\(index)]"))
    }
    return result
  }
}
