/// JSON as the golden files of this package use it: no escapes in strings.
enum JSONValue {
  case object([String: JSONValue])
  case array([JSONValue])
  case string(String)
  /// The digits, to be read at the precision that a test needs.
  case number(String)

  struct Unexpected: Error { var offset: Int }

  init(_ bytes: [UInt8]) throws {
    var position = 0
    self = try JSONValue.value(bytes, &position)
  }

  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  var members: [String: JSONValue] { if case .object(let members) = self { members } else { [:] } }
  var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
  var text: String? { if case .string(let text) = self { text } else { nil } }
  var integer: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
  var float: Float? { if case .number(let digits) = self { Float(digits) } else { nil } }

  private static func value(_ bytes: [UInt8], _ position: inout Int) throws -> JSONValue {
    switch try next(bytes, &position) {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try list(bytes, &position, end: UInt8(ascii: "}")) { position in
        try expect(UInt8(ascii: "\""), bytes, &position)
        let key = try string(bytes, &position)
        try expect(UInt8(ascii: ":"), bytes, &position)
        members[key] = try value(bytes, &position)
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try list(bytes, &position, end: UInt8(ascii: "]")) { elements.append(try value(bytes, &$0)) }
      return .array(elements)
    case UInt8(ascii: "\""):
      return .string(try string(bytes, &position))
    default:
      let start = position - 1
      while position < bytes.count, "+-.0123456789Ee".utf8.contains(bytes[position]) { position += 1 }
      return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }
  }

  private static func list(
    _ bytes: [UInt8], _ position: inout Int, end: UInt8, _ element: (inout Int) throws -> Void
  ) throws {
    if try next(bytes, &position) == end { return }
    position -= 1
    while true {
      try element(&position)
      let separator = try next(bytes, &position)
      if separator == end { return }
      guard separator == UInt8(ascii: ",") else { throw Unexpected(offset: position - 1) }
    }
  }

  private static func string(_ bytes: [UInt8], _ position: inout Int) throws -> String {
    let start = position
    guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\"")) else { throw Unexpected(offset: start) }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private static func expect(_ byte: UInt8, _ bytes: [UInt8], _ position: inout Int) throws {
    guard try next(bytes, &position) == byte else { throw Unexpected(offset: position - 1) }
  }

  /// The next byte that is no white space.
  private static func next(_ bytes: [UInt8], _ position: inout Int) throws -> UInt8 {
    while position < bytes.count {
      defer { position += 1 }
      if bytes[position] > 0x20 { return bytes[position] }
    }
    throw Unexpected(offset: position)
  }
}
