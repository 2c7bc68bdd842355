public import M3Bytes

extension JSONValue {
  /// Parses one JSON text, by RFC 8259 and no more: UTF-8 without a byte order mark, no comments,
  /// no trailing commas, no lone surrogates, no key twice in an object.
  /// - Throws: ``FormatError`` with the offset of the first byte that is wrong.
  public static func parse(_ bytes: [UInt8], limits: JSONLimits = .init()) throws(FormatError) -> JSONValue {
    var result: Result<JSONValue, FormatError> = .success(.null)
    bytes.withUnsafeBufferPointer { buffer in
      result = parse(buffer, limits: limits)
    }
    return try result.get()
  }

  /// Parses a text that must be the very bytes that ``serialized(_:)`` gives for its value.
  /// - Throws: ``FormatError``; `malformed` with the offset of the first byte that differs.
  public static func parseCanonical(_ bytes: [UInt8], limits: JSONLimits = .init()) throws(FormatError) -> JSONValue {
    let value = try parse(bytes, limits: limits)
    let canonical = value.serialized(.canonical)
    guard canonical == bytes else {
      let common = zip(canonical, bytes).prefix { $0 == $1 }.count
      throw FormatError(.malformed("not in canonical form"), field: "JSON", at: UInt64(common))
    }
    return value
  }

  private static func parse(
    _ buffer: UnsafeBufferPointer<UInt8>, limits: JSONLimits
  ) -> Result<JSONValue, FormatError> {
    do throws(FormatError) {
      var scanner = JSONScanner(buffer, limits: limits)
      let value = try scanner.value()
      try scanner.end()
      return .success(value)
    } catch {
      return .failure(error)
    }
  }
}

extension JSONScanner {
  /// Reads the next value whole.
  public mutating func value() throws(FormatError) -> JSONValue {
    switch try nextKind() {
    case .string: return .string(string(try scanString()))
    case .number: return JSONValue(number: try scanNumber(), in: self)
    case .true: return try literal("true", .bool(true))
    case .false: return try literal("false", .bool(false))
    case .null: return try literal("null", .null)
    case .array:
      var elements: [JSONValue] = []
      try beginArray()
      while try nextElement() { elements.append(try value()) }
      return .array(elements)
    case .object:
      var members: [(key: String, value: JSONValue)] = []
      try beginObject()
      while let key = try nextKey() {
        let name = string(key)
        members.append((name, try value()))
      }
      return .object(JSONObject(unique: members))
    }
  }

  private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(FormatError) -> JSONValue {
    try scanLiteral(word)
    return value
  }
}

extension JSONValue {
  fileprivate init(number token: JSONNumberToken, in scanner: JSONScanner) {
    // As an integer, -0 would lose its sign.
    if let value = scanner.integer(token), value != 0 || token.range.count == 1 {
      self = .integer(value)
    } else {
      self = .number(scanner.text(of: token))
    }
  }
}
