import M3JSON

/// The slow, obvious twin of the parser: RFC 8259 over an array of Unicode scalars.
struct SlowJSONReader {
  private struct Refused: Error {}

  private let scalars: [Unicode.Scalar]
  private var position = 0

  /// - Returns: nil for what is not one valid JSON text.
  static func parse(_ bytes: [UInt8], maximumDepth: Int = 64) -> JSONValue? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var reader = SlowJSONReader(scalars: Array(text.unicodeScalars))
    guard let value = try? reader.value(depth: maximumDepth) else { return nil }
    reader.space()
    return reader.position == reader.scalars.count ? value : nil
  }

  private init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  private func peek() -> Unicode.Scalar? {
    position < scalars.count ? scalars[position] : nil
  }

  private mutating func take() throws -> Unicode.Scalar {
    guard let scalar = peek() else { throw Refused() }
    position += 1
    return scalar
  }

  private mutating func space() {
    while let scalar = peek(), [" ", "\t", "\n", "\r"].contains(scalar) { position += 1 }
  }

  private mutating func value(depth: Int) throws -> JSONValue {
    space()
    switch peek() {
    case "\"": return .string(try string())
    case "{": return try object(depth: depth)
    case "[": return try array(depth: depth)
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws -> JSONValue {
    for scalar in word.unicodeScalars where try take() != scalar { throw Refused() }
    return value
  }

  private mutating func array(depth: Int) throws -> JSONValue {
    guard depth > 0 else { throw Refused() }
    position += 1
    var elements: [JSONValue] = []
    space()
    if peek() == "]" { position += 1; return .array([]) }
    while true {
      elements.append(try value(depth: depth - 1))
      space()
      switch try take() {
      case ",": continue
      case "]": return .array(elements)
      default: throw Refused()
      }
    }
  }

  private mutating func object(depth: Int) throws -> JSONValue {
    guard depth > 0 else { throw Refused() }
    position += 1
    var object = JSONObject()
    space()
    if peek() == "}" { position += 1; return .object(object) }
    while true {
      space()
      let key = try string()
      guard object[key] == nil else { throw Refused() }
      space()
      guard try take() == ":" else { throw Refused() }
      object[key] = try value(depth: depth - 1)
      space()
      switch try take() {
      case ",": continue
      case "}": return .object(object)
      default: throw Refused()
      }
    }
  }

  private mutating func string() throws -> String {
    guard try take() == "\"" else { throw Refused() }
    var units: [UInt16] = []
    while true {
      let scalar = try take()
      switch scalar {
      case "\"":
        // Surrogates stand in pairs, or this is nil.
        guard let text = String(validating: units, as: UTF16.self) else { throw Refused() }
        return text
      case "\\": units.append(try escape())
      case "\0"..<" ": throw Refused()
      default: units.append(contentsOf: Array(String(Character(scalar)).utf16))
      }
    }
  }

  private mutating func escape() throws -> UInt16 {
    let letter = try take()
    if letter == "u" {
      var text = ""
      for _ in 0..<4 { text.unicodeScalars.append(try take()) }
      guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
        let unit = UInt16(text, radix: 16)
      else {
        throw Refused()
      }
      return unit
    }
    let table: [Unicode.Scalar: UInt16] = [
      "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
    ]
    guard let unit = table[letter] else { throw Refused() }
    return unit
  }

  private mutating func number() throws -> JSONValue {
    var text = ""
    while let scalar = peek(), "+-.eE0123456789".unicodeScalars.contains(scalar) {
      text.unicodeScalars.append(scalar)
      position += 1
    }
    guard text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil else { throw Refused() }
    if text != "-0", let integer = Int64(text) { return .integer(integer) }
    return .number(text)
  }
}
