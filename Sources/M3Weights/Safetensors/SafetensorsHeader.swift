import M3Bytes
import M3JSON

/// Everything before the tensor data: parsed, and checked against the file's size.
struct SafetensorsHeader {
  var metadata: [String: String] = [:]
  var tensorNames: [String] = []
  var tensors: [String: SafetensorsTensor] = [:]

  /// - Throws: ``FormatError`` with field and byte offset; ``FileError``.
  init(_ file: ReadableFile) throws {
    let length = try file.read(exactly: Int(SafetensorsFormat.lengthByteCount), at: 0, field: "header length")
    let byteCount = try ByteReader.read(length) { reader throws(FormatError) in
      try reader.integer(UInt64.self, "header length")
    }
    guard byteCount <= SafetensorsFormat.headerByteLimit else {
      throw FormatError(
        .outOfRange(found: "\(byteCount) bytes", allowed: "at most \(SafetensorsFormat.headerByteLimit)"),
        field: "header length", at: 0)
    }
    let bytes = try file.read(exactly: Int(byteCount), at: SafetensorsFormat.lengthByteCount, field: "header")
    let dataOffset = SafetensorsFormat.lengthByteCount + byteCount
    // No underflow: the header was read.
    let entries = try parse(bytes, dataByteCount: file.size - dataOffset)
    try refuseGaps(entries, dataByteCount: file.size - dataOffset, dataOffset: dataOffset)
    for entry in entries {
      tensorNames.append(entry.name)
      tensors[entry.name] = SafetensorsTensor(
        name: entry.name, type: entry.type, shape: entry.shape, byteOffset: dataOffset + entry.begin,
        byteCount: Int(entry.end - entry.begin), entryOffset: SafetensorsFormat.lengthByteCount + entry.offset)
    }
  }

  private mutating func parse(_ bytes: [UInt8], dataByteCount: UInt64) throws -> [SafetensorsEntry] {
    guard bytes.first == UInt8(ascii: "{") else {
      throw FormatError(
        .malformed("the header does not begin with {"), field: "header", at: SafetensorsFormat.lengthByteCount)
    }
    return try bytes.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, limits: JSONLimits(maximumDepth: SafetensorsFormat.depthLimit))
      do {
        return try readEntries(&scanner, dataByteCount: dataByteCount)
      } catch let error as FormatError {
        throw error.offset(by: SafetensorsFormat.lengthByteCount)
      }
    }
  }

  /// Offsets, also those of errors, count from the header's first byte.
  private mutating func readEntries(
    _ scanner: inout JSONScanner, dataByteCount: UInt64
  ) throws(FormatError) -> [SafetensorsEntry] {
    var entries: [SafetensorsEntry] = []
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      let offset = UInt64(key.range.lowerBound - 1)
      let name = scanner.string(key)
      if name == SafetensorsFormat.metadataKey {
        try readMetadata(&scanner)
      } else {
        try refuseUnprintable(name, at: offset)
        entries.append(try SafetensorsEntry(&scanner, name: name, at: offset, dataByteCount: dataByteCount))
      }
    }
    try scanner.end()
    return entries
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(FormatError) {
    try scanner.beginObject()
    while let key = try scanner.nextKey() {
      let name = scanner.string(key)
      // The scanner compares bytes; a dictionary also takes composed and decomposed forms for one.
      guard metadata[name] == nil else {
        throw FormatError(
          .duplicate("key \(name)"), field: SafetensorsFormat.metadataKey, at: UInt64(key.range.lowerBound - 1))
      }
      metadata[name] = scanner.string(try scanner.scanString())
    }
  }

  /// Every known model's names are printable ASCII without spaces; it makes equal strings the same as equal bytes.
  private func refuseUnprintable(_ name: String, at offset: UInt64) throws(FormatError) {
    guard !name.isEmpty, name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw FormatError(.malformed("a name that is not printable ASCII"), field: "tensor name", at: offset)
    }
  }

  private func refuseGaps(_ entries: [SafetensorsEntry], dataByteCount: UInt64, dataOffset: UInt64) throws {
    let inOrder = entries.sorted { ($0.begin, $0.end, $0.offset) < ($1.begin, $1.end, $1.offset) }
    var end: UInt64 = 0
    for entry in inOrder {
      guard entry.begin == end else {
        throw FormatError(
          .malformed(
            entry.begin < end
              ? "overlaps the tensor before it, which ends at \(end)" : "a hole of \(entry.begin - end) bytes before it"
          ),
          field: "tensor \(entry.name), data_offsets", at: SafetensorsFormat.lengthByteCount + entry.offset)
      }
      end = entry.end
    }
    guard end == dataByteCount else {
      throw FormatError(
        .malformed("\(dataByteCount - end) bytes behind the last tensor"), field: "tensor data", at: dataOffset + end)
    }
  }
}
