import M3Bytes
import M3JSON

/// A tensor's entry in the header.
struct SafetensorsEntry {
  let name: String
  /// Where the entry's name begins in the header.
  let offset: UInt64
  let type: SafetensorsType
  let shape: [Int]
  /// Range in the tensor data.
  let begin: UInt64
  let end: UInt64

  /// Reads the entry that comes next.
  /// - Throws: ``FormatError``, its offset from the header's first byte.
  init(_ scanner: inout JSONScanner, name: String, at offset: UInt64, dataByteCount: UInt64) throws(FormatError) {
    var type: SafetensorsType?
    var shape: [Int]?
    var range: [Int]?
    var shapeOffset = offset
    var rangeOffset = offset
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      switch scanner.string(key) {
      case "dtype": type = try Self.readType(&scanner, name)
      case "shape":
        shapeOffset = UInt64(scanner.position)
        shape = try Self.readIntegers(&scanner, limit: SafetensorsFormat.dimensionLimit, "tensor \(name), shape")
      case "data_offsets":
        rangeOffset = UInt64(scanner.position)
        range = try Self.readIntegers(&scanner, limit: 2, "tensor \(name), data_offsets")
      case let other:
        throw FormatError(
          .unsupported(found: "the field \(other.prefix(64))"), field: "tensor \(name)",
          at: UInt64(key.range.lowerBound - 1))
      }
    }
    func missing(_ key: String) -> FormatError { FormatError(.missing(key), field: "tensor \(name)", at: offset) }
    guard let type else { throw missing("dtype") }
    guard let shape else { throw missing("shape") }
    guard let range else { throw missing("data_offsets") }

    let field = "tensor \(name), data_offsets"
    guard range.count == 2, range[0] <= range[1] else {
      throw FormatError(.malformed("not a begin and an end behind it"), field: field, at: rangeOffset)
    }
    guard UInt64(range[1]) <= dataByteCount else {
      throw FormatError(
        .truncated(needed: UInt64(range[1]), available: dataByteCount), field: field, at: rangeOffset)
    }
    let byteCount = try Self.byteCount(type, shape, name, at: shapeOffset)
    guard byteCount == range[1] - range[0] else {
      throw FormatError(
        .mismatch(expected: "\(byteCount) bytes for \(type) \(shape)", found: "\(range[1] - range[0])"), field: field,
        at: rangeOffset)
    }
    (self.name, self.offset, self.type, self.shape) = (name, offset, type, shape)
    (begin, end) = (UInt64(range[0]), UInt64(range[1]))
  }

  private static func readType(_ scanner: inout JSONScanner, _ name: String) throws(FormatError) -> SafetensorsType {
    let offset = UInt64(scanner.position)
    let text = scanner.string(try scanner.scanString())
    guard let type = SafetensorsType(rawValue: text) else {
      throw FormatError(
        .unsupported(found: "tensor type \(text.prefix(64))"), field: "tensor \(name), dtype", at: offset)
    }
    return type
  }

  /// At most `limit` integers, none of them negative.
  private static func readIntegers(
    _ scanner: inout JSONScanner, limit: Int, _ field: String
  ) throws(FormatError) -> [Int] {
    var integers: [Int] = []
    try scanner.beginArray()
    while try scanner.nextElement() {
      let offset = UInt64(scanner.position)
      let token = try scanner.scanNumber()
      guard let value = scanner.integer(token), let integer = Int(exactly: value), integer >= 0 else {
        throw FormatError(
          .outOfRange(found: String(scanner.text(of: token).prefix(32)), allowed: "integers from 0 to \(Int.max)"),
          field: field, at: offset)
      }
      guard integers.count < limit else {
        throw FormatError(
          .outOfRange(found: "more than \(limit) numbers", allowed: "at most \(limit)"), field: field, at: offset)
      }
      integers.append(integer)
    }
    return integers
  }

  private static func byteCount(
    _ type: SafetensorsType, _ shape: [Int], _ name: String, at offset: UInt64
  ) throws(FormatError) -> Int {
    let field = "tensor \(name), shape"
    var bitCount = type.bitCount
    for dimension in shape {
      let (product, overflow) = bitCount.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw FormatError(.overflow, field: field, at: offset) }
      bitCount = product
    }
    guard bitCount.isMultiple(of: 8) else {
      throw FormatError(.malformed("\(bitCount) bits are not whole bytes"), field: field, at: offset)
    }
    return bitCount / 8
  }
}
