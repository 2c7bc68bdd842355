import M3Bytes

extension GGUFHeader {
  mutating func readMetadata(_ cursor: inout GGUFCursor, count: UInt64) throws {
    for index in 0..<count {
      let keyOffset = cursor.position
      let key = try cursor.name(limit: GGUFFormat.keyByteLimit, "metadata key \(index)")
      let field = "metadata \(key)"
      guard metadata[key] == nil else {
        throw FormatError(.duplicate("metadata key \(key)"), field: field, at: keyOffset)
      }
      let type = try GGUFValueType(reading: &cursor, field)
      valueOffsets[key] = cursor.position
      metadata[key] = try GGUFHeader.readValue(&cursor, type, field)
    }
  }

  /// The bytes to which tensors are aligned.
  func alignment() throws -> UInt64 {
    guard let value = metadata[GGUFFormat.alignmentKey] else { return UInt64(GGUFFormat.defaultAlignment) }
    let field = "metadata \(GGUFFormat.alignmentKey)"
    let offset = valueOffsets[GGUFFormat.alignmentKey]
    guard case .uint32(let alignment) = value else {
      throw FormatError(.mismatch(expected: "uint32", found: value.typeName), field: field, at: offset)
    }
    guard alignment.nonzeroBitCount == 1, GGUFFormat.alignments.contains(alignment) else {
      let (low, high) = (GGUFFormat.alignments.lowerBound, GGUFFormat.alignments.upperBound)
      throw FormatError(
        .outOfRange(found: "\(alignment)", allowed: "powers of two from \(low) to \(high)"), field: field, at: offset)
    }
    return UInt64(alignment)
  }

  private static func readValue(
    _ cursor: inout GGUFCursor, _ type: GGUFValueType, _ field: String
  ) throws -> GGUFValue {
    switch type {
    case .uint8: .uint8(try cursor.integer(field))
    case .int8: .int8(try cursor.integer(field))
    case .uint16: .uint16(try cursor.integer(field))
    case .int16: .int16(try cursor.integer(field))
    case .uint32: .uint32(try cursor.integer(field))
    case .int32: .int32(try cursor.integer(field))
    case .float32: .float32(Float(bitPattern: try cursor.integer(field)))
    case .bool: .bool(try readBool(&cursor, field))
    case .string: .string(String(decoding: try cursor.string(field), as: UTF8.self))
    case .array: .array(try readArray(&cursor, depth: 1, field))
    case .uint64: .uint64(try cursor.integer(field))
    case .int64: .int64(try cursor.integer(field))
    case .float64: .float64(Double(bitPattern: try cursor.integer(field)))
    }
  }

  private static func readBool(_ cursor: inout GGUFCursor, _ field: String) throws -> Bool {
    let offset = cursor.position
    let byte: UInt8 = try cursor.integer(field)
    guard byte <= 1 else {
      throw FormatError(.outOfRange(found: "bool \(byte)", allowed: "0 or 1"), field: field, at: offset)
    }
    return byte == 1
  }

  private static func readArray(_ cursor: inout GGUFCursor, depth: Int, _ field: String) throws -> GGUFArray {
    let offset = cursor.position
    guard depth <= GGUFFormat.arrayDepthLimit else {
      throw FormatError(
        .outOfRange(found: "arrays \(depth) deep", allowed: "\(GGUFFormat.arrayDepthLimit)"), field: field, at: offset)
    }
    let type = try GGUFValueType(reading: &cursor, field)
    let countOffset = cursor.position
    let declaredCount: UInt64 = try cursor.integer(field)
    try cursor.require(declaredCount, of: type.minimumByteCount, at: countOffset, field)
    // The limit on the header keeps the count far below Int.max.
    let count = Int(declaredCount)
    switch type {
    case .uint8: return .uint8(try readElements(count) { try cursor.integer(field) })
    case .int8: return .int8(try readElements(count) { try cursor.integer(field) })
    case .uint16: return .uint16(try readElements(count) { try cursor.integer(field) })
    case .int16: return .int16(try readElements(count) { try cursor.integer(field) })
    case .uint32: return .uint32(try readElements(count) { try cursor.integer(field) })
    case .int32: return .int32(try readElements(count) { try cursor.integer(field) })
    case .float32: return .float32(try readElements(count) { Float(bitPattern: try cursor.integer(field)) })
    case .bool: return .bool(try readElements(count) { try readBool(&cursor, field) })
    case .string:
      var strings = GGUFStrings()
      strings.reserveCapacity(count)
      for index in 0..<count {
        strings.append(validated: try cursor.string("\(field)[\(index)]"))
      }
      return .strings(strings)
    case .array: return .arrays(try readElements(count) { try readArray(&cursor, depth: depth + 1, field) })
    case .uint64: return .uint64(try readElements(count) { try cursor.integer(field) })
    case .int64: return .int64(try readElements(count) { try cursor.integer(field) })
    case .float64: return .float64(try readElements(count) { Double(bitPattern: try cursor.integer(field)) })
    }
  }

  private static func readElements<T>(_ count: Int, _ read: () throws -> T) throws -> [T] {
    var elements: [T] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try read()) }
    return elements
  }
}
