/// One value of a GGUF file's metadata.
public enum GGUFValue: Sendable, Equatable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  case array(GGUFArray)
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)

  /// The type, in the words of an error message.
  public var typeName: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .uint32: "uint32"
    case .int32: "int32"
    case .float32: "float32"
    case .bool: "bool"
    case .string: "string"
    case .array(let array): "array of \(array.elementTypeName)"
    case .uint64: "uint64"
    case .int64: "int64"
    case .float64: "float64"
    }
  }

  /// Any of the eight integer types, widened; nil for other types.
  var wideInteger: Int128? {
    switch self {
    case .uint8(let value): Int128(value)
    case .int8(let value): Int128(value)
    case .uint16(let value): Int128(value)
    case .int16(let value): Int128(value)
    case .uint32(let value): Int128(value)
    case .int32(let value): Int128(value)
    case .uint64(let value): Int128(value)
    case .int64(let value): Int128(value)
    case .float32, .bool, .string, .array, .float64: nil
    }
  }
}

/// An array in a GGUF file's metadata: elements of one type, stored without boxes.
public enum GGUFArray: Sendable, Equatable {
  case uint8([UInt8])
  case int8([Int8])
  case uint16([UInt16])
  case int16([Int16])
  case uint32([UInt32])
  case int32([Int32])
  case float32([Float])
  case bool([Bool])
  case strings(GGUFStrings)
  case arrays([GGUFArray])
  case uint64([UInt64])
  case int64([Int64])
  case float64([Double])

  public var count: Int {
    switch self {
    case .uint8(let values): values.count
    case .int8(let values): values.count
    case .uint16(let values): values.count
    case .int16(let values): values.count
    case .uint32(let values): values.count
    case .int32(let values): values.count
    case .float32(let values): values.count
    case .bool(let values): values.count
    case .strings(let values): values.count
    case .arrays(let values): values.count
    case .uint64(let values): values.count
    case .int64(let values): values.count
    case .float64(let values): values.count
    }
  }

  /// The elements' type, in the words of an error message.
  public var elementTypeName: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .uint32: "uint32"
    case .int32: "int32"
    case .float32: "float32"
    case .bool: "bool"
    case .strings: "string"
    case .arrays: "array"
    case .uint64: "uint64"
    case .int64: "int64"
    case .float64: "float64"
    }
  }
}
