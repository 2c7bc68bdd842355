import M3JSON

/// Puts a JSON object together from members byte for byte as they stood.
struct MetadataWriter {
  private var members: [(key: JSONStringToken, value: Range<Int>)] = []

  /// Begins another object, and keeps the memory of this one.
  mutating func restart() {
    members.removeAll(keepingCapacity: true)
  }

  mutating func append(_ key: JSONStringToken, _ value: Range<Int>) {
    members.append((key, value))
  }

  /// The object's bytes, of exactly the room they need: they can be as long as the record.
  func bytes(of scanner: borrowing JSONScanner) -> [UInt8] {
    guard !members.isEmpty else { return Array("{}".utf8) }
    // A member is a quote, the key, a quote, a colon, the value, and a comma or the closing brace.
    let count = 1 + members.reduce(0) { $0 + $1.key.range.count + 4 + $1.value.count }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for (key, value) in members {
      bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
      bytes.append(contentsOf: scanner.bytes(in: key.range.lowerBound - 1..<key.range.upperBound + 1))
      bytes.append(UInt8(ascii: ":"))
      bytes.append(contentsOf: scanner.bytes(in: value))
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
