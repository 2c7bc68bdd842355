import M3Bytes

/// The 56 bytes at the end of a shard: where the index is, and how long the file must be.
struct ShardFooter {
  /// Offset of the index's skippable magic.
  let indexOffset: Int
  let recordCount: Int
  /// XXH3-64 from the index's skippable magic to the footer.
  let indexSum: UInt64
  /// The header's own sum.
  let headerSum: UInt64

  var indexLength: Int { ShardLayout.indexLength(recordCount: recordCount) }
  var fileLength: Int { indexOffset + indexLength + ShardLayout.footerSize }

  init(indexOffset: Int, recordCount: Int, indexSum: UInt64, headerSum: UInt64) {
    self.indexOffset = indexOffset
    self.recordCount = recordCount
    self.indexSum = indexSum
    self.headerSum = headerSum
  }

  /// ``ShardLayout/footerSize`` bytes.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: ShardLayout.footerSize)
    writer.integer(UInt64(indexOffset))
    writer.integer(UInt64(indexLength))
    writer.integer(indexSum)
    writer.integer(headerSum)
    writer.integer(UInt64(fileLength))
    writer.integer(XXH3.hash64(writer.bytes))
    writer.append(ShardLayout.endMagic)
    return writer.bytes
  }

  /// Parses the last ``ShardLayout/footerSize`` bytes of a file of `fileSize` bytes.
  init(parsing bytes: UnsafeRawBufferPointer, fileSize: Int) throws(FormatError) {
    let base = UInt64(fileSize - ShardLayout.footerSize)
    var reader = ByteReader(bytes, base: base)
    let magic = bytes[(bytes.count - ShardLayout.endMagic.count)...]
    guard magic.elementsEqual(ShardLayout.endMagic) else {
      throw FormatError(
        .wrongMagic(found: Hexadecimal.string(magic)), field: "end magic",
        at: UInt64(fileSize - ShardLayout.endMagic.count))
    }
    let sumOffset = base + UInt64(ShardLayout.footerSumOffset)
    _ = try ShardHeader.requireSum(bytes, covering: ShardLayout.footerSumOffset, "footer sum", at: sumOffset)

    let indexOffset = try reader.integer(UInt64.self, "index offset")
    let indexLength = try reader.integer(UInt64.self, "index length")
    indexSum = try reader.integer(UInt64.self, "index sum")
    headerSum = try reader.integer(UInt64.self, "header sum in the footer")
    let fileLength = try reader.integer(UInt64.self, "file length")
    guard fileLength == UInt64(fileSize) else {
      throw FormatError(
        .mismatch(expected: "\(fileLength) bytes", found: "\(fileSize)"), field: "file length", at: base + 32)
    }
    // The file has at most 2^30 bytes, so that nothing below can overflow once both are within it.
    let entriesLength = UInt64(ShardLayout.entrySize + ShardLayout.keySize)
    let (bytesOfEntries, underflow) = indexLength.subtractingReportingOverflow(UInt64(ShardLayout.frameHeaderSize))
    let count = bytesOfEntries / entriesLength
    guard !underflow, bytesOfEntries % entriesLength == 0, (1...UInt64(ShardLimits.recordCount)).contains(count) else {
      throw FormatError(
        .outOfRange(found: "\(indexLength)", allowed: "8 + 52 n, n from 1 to \(ShardLimits.recordCount)"),
        field: "index length", at: base + 8)
    }
    let room = base - min(base, UInt64(ShardLayout.headerSize))
    guard indexLength <= room, indexOffset == base - indexLength else {
      throw FormatError(
        .mismatch(expected: "an index of \(indexLength) bytes that ends at \(base)", found: "offset \(indexOffset)"),
        field: "index offset", at: base)
    }
    self.indexOffset = Int(indexOffset)
    recordCount = Int(count)
  }
}
