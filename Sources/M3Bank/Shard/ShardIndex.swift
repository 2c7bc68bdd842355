import M3Bytes

/// A shard's entries and key table, kept as the bytes of the file: 52 a record.
struct ShardIndex: Sendable {
  let count: Int
  /// From the skippable magic to the footer.
  private let bytes: [UInt8]

  func entry(at position: Int) -> ShardEntry {
    precondition((0..<count).contains(position), "no record at this position")
    return bytes.withUnsafeBytes {
      ShardEntry(validated: $0, at: ShardLayout.frameHeaderSize + ShardLayout.entrySize * position)
    }
  }

  /// The key at a place of the key table: hash and position.
  func key(at place: Int) -> ShardKey {
    precondition((0..<count).contains(place), "no key at this place")
    return bytes.withUnsafeBytes { ShardKey(validated: $0, at: keyOffset(place)) }
  }

  /// The first place of the key table whose hash is not less than `hash`. O(log n)
  func firstPlace(notBelow hash: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if key(at: middle).hash < hash { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func keyOffset(_ place: Int) -> Int {
    ShardLayout.frameHeaderSize + ShardLayout.entrySize * count + ShardLayout.keySize * place
  }
}

extension ShardIndex {
  /// Parses and checks an index completely.
  /// - Parameters:
  ///   - bytes: of the file, from the index's skippable magic to the footer.
  ///   - footer: already checked against the file's size.
  ///   - shardNumber: which the record numbers must carry.
  init(parsing bytes: [UInt8], footer: ShardFooter, shardNumber: UInt32) throws(FormatError) {
    count = footer.recordCount
    self.bytes = bytes
    let found = XXH3.hash64(bytes)
    guard found == footer.indexSum else {
      throw FormatError(
        .checksumMismatch(expected: Hexadecimal.string(footer.indexSum), found: Hexadecimal.string(found)),
        field: "index sum", at: UInt64(footer.indexOffset))
    }
    var problem: FormatError?
    bytes.withUnsafeBytes { bytes in
      do throws(FormatError) {
        var reader = ByteReader(bytes, base: UInt64(footer.indexOffset))
        let frameSize = bytes.count - ShardLayout.frameHeaderSize + ShardLayout.footerSize
        try ShardHeader.requireMagic(&reader, frameSize: frameSize, "index")
        try ShardIndex.checkEntries(&reader, footer: footer, shardNumber: shardNumber)
        try ShardIndex.checkKeys(&reader, count: footer.recordCount)
        try reader.end("index")
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
  }

  private static func checkEntries(
    _ reader: inout ByteReader, footer: ShardFooter, shardNumber: UInt32
  ) throws(FormatError) {
    var offset = UInt64(ShardLayout.headerSize)
    for position in 0..<footer.recordCount {
      let number = ShardLayout.recordNumber(shard: shardNumber, position: position)
      do throws(FormatError) {
        let entry = try ShardEntry(
          parsing: &reader, number: number, offset: offset, indexOffset: UInt64(footer.indexOffset))
        offset += UInt64(entry.compressedLength)
      } catch {
        throw error.inRecord("\(number)")
      }
    }
    guard offset == UInt64(footer.indexOffset) else {
      throw FormatError(
        .mismatch(expected: "\(footer.indexOffset)", found: "\(offset)"), field: "end of the records", at: offset)
    }
  }

  private static func checkKeys(_ reader: inout ByteReader, count: Int) throws(FormatError) {
    var seen = [Bool](repeating: false, count: count)
    var last: ShardKey?
    for _ in 0..<count {
      let offset = reader.byteOffset
      let hash = try reader.integer(UInt64.self, "key hash")
      let key = ShardKey(hash: hash, position: try reader.integer(UInt32.self, "key position"))
      guard key.position < count else {
        throw FormatError(
          .outOfRange(found: "\(key.position)", allowed: "0 … \(count - 1)"), field: "key position", at: offset + 8)
      }
      guard !seen[Int(key.position)] else {
        throw FormatError(.duplicate("position \(key.position)"), field: "key position", at: offset + 8)
      }
      seen[Int(key.position)] = true
      if let last, !(last < key) { throw FormatError(.malformed("out of order"), field: "key table", at: offset) }
      last = key
    }
  }
}
