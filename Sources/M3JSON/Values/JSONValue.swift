/// A JSON value in memory.
///
/// Equality is by meaning: strings compare by their UTF-8 bytes (so composed and decomposed forms
/// differ), objects by their members in any order, and numbers that are not `Int64` by their text.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// The text of a number that has a fraction or an exponent, does not fit into `Int64`, or is `-0`.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The shortest decimal that reads back as the same number; `null` for NaN and the infinities,
  /// which JSON cannot express.
  public static func double(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value.description) : .null
  }
}

extension JSONValue {
  /// The string, or nil for any other value.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The integer, or nil for any other value, numbers with a fraction among them.
  public var integerValue: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The number nearest to an integer or a number; nil for other values and outside of `Double`'s range.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
    default: nil
    }
  }

  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  public var arrayValue: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  public var objectValue: JSONObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// What kind of value this is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: Equatable {
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral text: String) { self = .string(text) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(JSONObject(literal: members)) }
}
