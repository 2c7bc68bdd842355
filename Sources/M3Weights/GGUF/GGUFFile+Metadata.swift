public import M3Bytes

/// Metadata by key and type.
///
/// Each throws ``FormatError``: `missing` with the key, `mismatch` where the value has another
/// type, `outOfRange` where it does not fit; the last two with the value's byte offset. The
/// `IfPresent` ones return nil where the key is not there and throw as the others do otherwise.
extension GGUFFile {
  public func string(_ key: String) throws(FormatError) -> String {
    try required(key, stringIfPresent(key))
  }

  public func stringIfPresent(_ key: String) throws(FormatError) -> String? {
    guard let value = metadata[key] else { return nil }
    guard case .string(let string) = value else { throw mismatch(key, "string", value) }
    return string
  }

  /// A value of any of the eight integer types.
  public func integer(_ key: String) throws(FormatError) -> Int {
    try required(key, integerIfPresent(key))
  }

  /// A value of any of the eight integer types.
  public func integerIfPresent(_ key: String) throws(FormatError) -> Int? {
    guard let value = metadata[key] else { return nil }
    guard let wide = value.wideInteger else { throw mismatch(key, "integer", value) }
    guard let integer = Int(exactly: wide) else { throw outOfRange(key, "\(wide)", "at most \(Int.max)") }
    return integer
  }

  /// A finite float32 or float64.
  public func double(_ key: String) throws(FormatError) -> Double {
    try required(key, doubleIfPresent(key))
  }

  /// A finite float32 or float64.
  public func doubleIfPresent(_ key: String) throws(FormatError) -> Double? {
    guard let value = metadata[key] else { return nil }
    let double: Double
    switch value {
    case .float32(let float): double = Double(float)
    case .float64(let float): double = float
    default: throw mismatch(key, "float32 or float64", value)
    }
    guard double.isFinite else { throw outOfRange(key, nonFiniteName(double), "finite numbers") }
    return double
  }

  public func bool(_ key: String) throws(FormatError) -> Bool {
    try required(key, boolIfPresent(key))
  }

  public func boolIfPresent(_ key: String) throws(FormatError) -> Bool? {
    guard let value = metadata[key] else { return nil }
    guard case .bool(let bool) = value else { throw mismatch(key, "bool", value) }
    return bool
  }

  private func required<T>(_ key: String, _ value: T?) throws(FormatError) -> T {
    guard let value else { throw FormatError(.missing("key \(key)"), field: "metadata", file: path) }
    return value
  }

  private func mismatch(_ key: String, _ expected: String, _ value: GGUFValue) -> FormatError {
    error(.mismatch(expected: expected, found: value.typeName), key)
  }

  private func outOfRange(_ key: String, _ found: String, _ allowed: String) -> FormatError {
    error(.outOfRange(found: found, allowed: allowed), key)
  }

  private func error(_ problem: FormatError.Problem, _ key: String) -> FormatError {
    FormatError(problem, field: "metadata \(key)", at: valueOffsets[key], file: path)
  }
}

/// Metadata arrays by key and element type; they throw as the single values do.
extension GGUFFile {
  /// UTF-8 bytes of each string, validated when the file was opened.
  public func strings(_ key: String) throws(FormatError) -> [[UInt8]] {
    try required(key, stringsIfPresent(key))
  }

  /// UTF-8 bytes of each string, validated when the file was opened.
  public func stringsIfPresent(_ key: String) throws(FormatError) -> [[UInt8]]? {
    guard let value = metadata[key] else { return nil }
    guard case .array(.strings(let strings)) = value else { throw mismatch(key, "array of string", value) }
    return strings.map { Array($0) }
  }

  /// Elements of any of the eight integer types that fit in 32 bits.
  public func integers(_ key: String) throws(FormatError) -> [Int32] {
    try required(key, integersIfPresent(key))
  }

  /// Elements of any of the eight integer types that fit in 32 bits.
  public func integersIfPresent(_ key: String) throws(FormatError) -> [Int32]? {
    guard let value = metadata[key] else { return nil }
    switch value {
    case .array(.int32(let values)): return values
    case .array(.uint8(let values)): return try narrowed(key, values)
    case .array(.int8(let values)): return try narrowed(key, values)
    case .array(.uint16(let values)): return try narrowed(key, values)
    case .array(.int16(let values)): return try narrowed(key, values)
    case .array(.uint32(let values)): return try narrowed(key, values)
    case .array(.uint64(let values)): return try narrowed(key, values)
    case .array(.int64(let values)): return try narrowed(key, values)
    default: throw mismatch(key, "array of integers", value)
    }
  }

  /// Elements of float32, all finite.
  public func floats(_ key: String) throws(FormatError) -> [Float] {
    try required(key, floatsIfPresent(key))
  }

  /// Elements of float32, all finite.
  public func floatsIfPresent(_ key: String) throws(FormatError) -> [Float]? {
    guard let value = metadata[key] else { return nil }
    guard case .array(.float32(let values)) = value else { throw mismatch(key, "array of float32", value) }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw outOfRange(key, "\(nonFiniteName(values[index])) at index \(index)", "finite numbers")
    }
    return values
  }

  private func narrowed(_ key: String, _ values: [some FixedWidthInteger]) throws(FormatError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let value = Int32(exactly: value) else {
        throw outOfRange(key, "\(value) at index \(index)", "32-bit integers")
      }
      result.append(value)
    }
    return result
  }
}
