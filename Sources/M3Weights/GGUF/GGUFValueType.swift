import M3Bytes

/// The types of metadata values, with the numbers that the format gives them.
enum GGUFValueType: UInt32 {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// The fewest bytes that a value takes: what bounds the count of an array before it is read.
  var minimumByteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string: 8  // the length
    case .array: 4 + 8  // the element type and the count
    }
  }

  init(reading cursor: inout GGUFCursor, _ field: String) throws {
    let offset = cursor.position
    let number: UInt32 = try cursor.integer(field)
    guard let type = GGUFValueType(rawValue: number) else {
      throw FormatError(.unsupported(found: "metadata type \(number)"), field: field, at: offset)
    }
    self = type
  }
}
