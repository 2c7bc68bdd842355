import M3JSON

/// Puts a JSON object together from members byte for byte as they stood.
struct MetadataWriter {
  private var bytes: [UInt8] = []

  mutating func append(_ key: JSONStringToken, _ value: Range<Int>, of scanner: borrowing JSONScanner) {
    bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
    // The quotes stand around the key's range.
    bytes.append(contentsOf: scanner.bytes(in: key.range.lowerBound - 1..<key.range.upperBound + 1))
    bytes.append(UInt8(ascii: ":"))
    bytes.append(contentsOf: scanner.bytes(in: value))
  }

  consuming func finish() -> [UInt8] {
    if bytes.isEmpty { return Array("{}".utf8) }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
