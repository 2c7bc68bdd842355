import M3Bytes

/// The grammar of a decompressed record: where its four parts lie.
struct RawRecord {
  /// Lengths of id, source and text, and an id of one byte.
  static let minimumLength = 2 + 1 + 4 + 4

  let id: Range<Int>
  let source: Range<Int>
  let text: Range<Int>
  let payload: Range<Int>

  /// Bytes of a raw record whose parts have these lengths.
  static func length(id: Int, source: Int, text: Int, payload: Int) -> Int {
    2 + id + 4 + source + 4 + text + payload
  }

  static func bytes(id: String, source: [UInt8], text: String, payload: [UInt8]) -> [UInt8] {
    let id = id.utf8
    let text = text.utf8
    var writer = ByteWriter(
      capacity: length(id: id.count, source: source.count, text: text.count, payload: payload.count))
    writer.integer(UInt16(id.count))
    writer.append(id)
    writer.integer(UInt32(source.count))
    writer.append(source)
    writer.integer(UInt32(text.count))
    writer.append(text)
    writer.append(payload)
    return writer.bytes
  }

  /// Checks the lengths against each other and against the text length of the index.
  ///
  /// Whether id and text are UTF-8 is checked where they are made strings.
  init(parsing bytes: UnsafeRawBufferPointer, textLength: Int) throws(FormatError) {
    var reader = ByteReader(bytes)
    id = try RawRecord.part(&reader, UInt16.self, "id", in: 1...ShardLimits.idLength)
    source = try RawRecord.part(&reader, UInt32.self, "source", in: 0...ShardLimits.sourceLength)
    text = try RawRecord.part(&reader, UInt32.self, "text", in: textLength...textLength)
    payload = reader.position..<reader.count
  }

  private static func part<Length: FixedWidthInteger>(
    _ reader: inout ByteReader, _ type: Length.Type, _ field: String, in allowed: ClosedRange<Int>
  ) throws(FormatError) -> Range<Int> {
    let offset = reader.byteOffset
    let length = Int(try reader.integer(type, "\(field) length"))
    guard allowed.contains(length) else {
      throw FormatError(
        .outOfRange(found: "\(length)", allowed: "\(allowed.lowerBound) … \(allowed.upperBound)"),
        field: "\(field) length", at: offset)
    }
    let start = reader.position
    try reader.skip(length, field)
    return start..<start + length
  }

  /// The string at a range, which must be UTF-8.
  static func string(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ field: String) throws(FormatError)
    -> String
  {
    guard let text = String(validating: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self) else {
      throw FormatError(.malformed("not UTF-8"), field: field, at: UInt64(range.lowerBound))
    }
    return text
  }
}
